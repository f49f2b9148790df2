"""Checkpoints: whole or not there, whatever happens while they are written."""

import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from oasis_tf import checkpoint


def weights(*values):
    def write(path):
        with h5py.File(path, "w") as file:
            file["kernel"] = np.array(values, np.float32)

    return write


def write(folder, step, files=None, keep_last=2):
    files = {"training.weights.h5": weights(1.0, step)} if files is None else files
    return checkpoint.write(folder, step=step, files=files, keep_last=keep_last)


def test_the_newest_checkpoint_holds_what_was_written(tmp_path):
    for step in (900, 1000, 99_999_999, 100_000_000):
        written = write(tmp_path, step, keep_last=9)
    assert checkpoint.latest(tmp_path) == written == tmp_path / "step_100000000"
    assert checkpoint.step_of(written) == 100_000_000
    with h5py.File(written / "training.weights.h5") as file:
        np.testing.assert_array_equal(file["kernel"], np.float32([1, 100_000_000]))


def test_only_the_last_ones_stay(tmp_path):
    for step in range(1, 6):
        write(tmp_path, step, keep_last=2)
    assert sorted(os.listdir(tmp_path)) == ["step_00000004", "step_00000005"]


def test_latest_of_nothing_is_none(tmp_path):
    assert checkpoint.latest(tmp_path) is None
    assert checkpoint.latest(tmp_path / "missing") is None


@pytest.mark.parametrize("damage", ["truncated", "without state", "missing file", "not JSON"])
def test_half_written_checkpoints_are_passed_over(tmp_path, damage):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    if damage == "truncated":
        os.truncate(bad / "training.weights.h5", 100)
    elif damage == "without state":
        (bad / "state.json").unlink()
    elif damage == "missing file":
        (bad / "training.weights.h5").unlink()
    else:
        (bad / "state.json").write_text("{")
    assert checkpoint.latest(tmp_path) == good
    assert write(tmp_path, 2) == bad == checkpoint.latest(tmp_path)


def test_what_a_killed_process_left_is_passed_over_and_removed(tmp_path):
    left = tmp_path / ".writing-step_00000007"
    left.mkdir()
    (left / "training.weights.h5").write_bytes(b"half")
    assert checkpoint.latest(tmp_path) is None
    write(tmp_path, 8)
    assert os.listdir(tmp_path) == ["step_00000008"]


def test_a_full_disk_is_named_and_leaves_the_old_checkpoint(tmp_path):
    good = write(tmp_path, 1)

    def onto_a_full_disk(path):
        Path(path).symlink_to("/dev/full")
        Path(path).write_bytes(b"x" * 100_000)

    with pytest.raises(checkpoint.CheckpointError, match="No space left on device") as error:
        write(tmp_path, 2, {"training.weights.h5": onto_a_full_disk})
    assert str(good) in str(error.value)
    assert os.listdir(tmp_path) == ["step_00000001"]


def test_a_disk_without_room_is_an_error_before_anything_is_written(tmp_path, monkeypatch):
    good = write(tmp_path, 1)
    room = shutil.disk_usage(tmp_path)._replace(free=3 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: room)
    sentence = "No space left on device .it needs about 5 MiB, 3 MiB are free.; .*step_00000001"
    with pytest.raises(checkpoint.CheckpointError, match=sentence):
        checkpoint.write(tmp_path, step=2, files={}, keep_last=1, expected_bytes=5 * 2**20)
    assert checkpoint.latest(tmp_path) == good and os.listdir(tmp_path) == [good.name]


def test_a_file_that_does_not_read_back_is_no_checkpoint(tmp_path):
    with pytest.raises(checkpoint.CheckpointError, match="could not be written"):
        write(tmp_path, 1, {"training.weights.h5": lambda path: path.write_bytes(b"not HDF5")})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_non_finite_weights_are_named_and_not_saved(tmp_path, value):
    write(tmp_path, 1)
    with pytest.raises(checkpoint.NonFiniteError, match="step 2: the weights kernel .*step_0+1"):
        write(tmp_path, 2, {"training.weights.h5": weights(1.0, value)})
    assert os.listdir(tmp_path) == ["step_00000001"]


def test_state_tells_step_and_sizes(tmp_path):
    path = write(tmp_path, 3)
    size = (path / "training.weights.h5").stat().st_size
    assert json.loads((path / "state.json").read_text()) == {
        "step": 3,
        "files": {"training.weights.h5": size},
    }
