"""A full disk ends training with a sentence, and leaves the checkpoint that was there."""

import errno
import os

import pytest
import tensorflow as tf

from benchmarks.soak import Soak
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runs.full_disk import FullDiskError, full_disk_errors

FULL = os.strerror(errno.ENOSPC)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, FULL),
        tf.errors.ResourceExhaustedError(None, None, f"events.out.tfevents.1; {FULL}"),
    ],
    ids=["Python", "TensorFlow"],
)
def test_it_is_said_where_and_what_is_left(tmp_path, error):
    files = {"weights": lambda path: path.write_text("4")}
    good = checkpoint_files.write(tmp_path / "checkpoints", step=4, files=files, keep_last=1)
    with (
        pytest.raises(FullDiskError, match=f"{tmp_path} .*{FULL}.*--resume; .*{good}"),
        full_disk_errors(RunFolder(tmp_path)),
    ):
        raise error


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EACCES, "denied"), tf.errors.ResourceExhaustedError(None, None, "OOM")],
    ids=["Python", "TensorFlow"],
)
def test_other_errors_pass(tmp_path, error):
    with pytest.raises(type(error)) as raised, full_disk_errors(RunFolder(tmp_path)):
        raise error
    assert raised.value is error


@pytest.mark.process
@pytest.mark.slow
def test_a_disk_that_fills_up_ends_training_with_the_last_good_checkpoint(small_disk):
    run = Soak(small_disk)
    process = run.start()
    process.join(300)
    message = run.log.read_text()
    assert process.exitcode == 1 and "Traceback" not in message
    assert FULL in message and "step_" in message.splitlines()[-1]
    newest = checkpoint_files.latest(run.folder.checkpoints)
    assert newest is not None and str(newest) in message
    assert checkpoint_files.damage_of(newest) == []
