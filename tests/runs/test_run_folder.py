"""Which checkpoint of a run a verb gets, and what is said of damaged ones."""

import os
import shutil
from pathlib import Path

import pytest

from oasis_tf.config import load_config
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.checkpoint_files import Best, CheckpointError
from oasis_tf.runs.folder import (
    CHECKPOINT_FILES,
    CONFIG,
    GENERATOR,
    TRAINING_STATE,
    RunError,
    RunFolder,
)

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
BEST = Best(1, "miou_fake", 0.5)


@pytest.fixture
def folder(tmp_path):
    """Checkpoints of steps 1, the best, 2 and 3."""
    files = {name: lambda path: path.write_text(f"its {path.name}") for name in CHECKPOINT_FILES}
    for step in (1, 2, 3):
        checkpoint_files.write(
            tmp_path / "checkpoints", step=step, files=files, keep_last=9, best=BEST
        )
    return RunFolder(tmp_path)


def path_of(folder, step, *names):
    return folder.checkpoints.joinpath(f"step_{step:08d}", *names)


def rot(path):
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


DAMAGE = [
    (lambda path: (path / "state.json").unlink(), "state.json is missing"),
    (lambda path: (path / "state.json").write_text('{"files": {}}'), "state.json is not what"),
    (lambda path: os.truncate(path / GENERATOR, 3), f"{GENERATOR} has 3 bytes instead of 19"),
    (lambda path: (path / GENERATOR).unlink(), f"{GENERATOR} is missing"),
    (lambda path: rot(path / GENERATOR), f"damaged ({GENERATOR})"),
    (lambda path: rot(path / CONFIG), f"damaged ({CONFIG})"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_damaged_newest_one_is_named_and_the_one_before_is_used(folder, capsys, damage, message):
    damage(path_of(folder, 3))
    assert folder.require_checkpoint() == path_of(folder, 2)
    error = capsys.readouterr().err
    assert f"{path_of(folder, 3)} is damaged" in error and message in error
    assert f"{path_of(folder, 2)} is used" in error
    assert folder.require_checkpoints("all") == [path_of(folder, 1), path_of(folder, 2)]
    assert message in capsys.readouterr().err
    assert folder.newest_intact()[0] == path_of(folder, 2)


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_damaged_best_one_is_said_to_be(folder, damage, message):
    assert folder.require_checkpoint("best") == path_of(folder, 1)
    damage(path_of(folder, 1))
    with pytest.raises(RunError, match="the best checkpoint .* is damaged") as error:
        folder.require_checkpoint("best")
    assert message in str(error.value) and "use --checkpoint latest" in str(error.value)


def test_a_best_one_that_was_removed_is_said_to_be_missing(folder):
    shutil.rmtree(path_of(folder, 1))
    with pytest.raises(RunError, match="the best checkpoint .*state.json is missing"):
        folder.require_checkpoint("best")


def test_the_best_one_is_found_where_files_of_the_newest_are_damaged(folder, capsys):
    (path_of(folder, 3) / GENERATOR).unlink()
    assert folder.require_checkpoint("best") == path_of(folder, 1)
    (path_of(folder, 3) / "state.json").unlink()
    assert folder.require_checkpoint("best") == path_of(folder, 1)
    assert "step_00000003 is damaged (state.json is missing)" in capsys.readouterr().err


def test_only_the_files_that_are_read_have_to_be_intact(folder, capsys):
    rot(path_of(folder, 3, TRAINING_STATE))
    assert folder.require_checkpoint() == path_of(folder, 3)
    assert capsys.readouterr().err == ""
    assert folder.require_checkpoint(files=(TRAINING_STATE,)) == path_of(folder, 2)
    assert folder.newest_intact() == (
        path_of(folder, 2),
        {path_of(folder, 3): [TRAINING_STATE]},
    )


@pytest.mark.parametrize("which", ["latest", "all"])
def test_where_none_is_intact_all_are_named(folder, which):
    for step in (1, 2, 3):
        (path_of(folder, step) / GENERATOR).unlink()
    with pytest.raises(RunError, match="there is no checkpoint in .* that is intact") as error:
        folder.require_checkpoints(which)
    for step in (1, 2, 3):
        assert f"step_0000000{step} is damaged ({GENERATOR} is missing)" in str(error.value)
    with pytest.raises(CheckpointError, match="step_00000001 is damaged"):
        folder.newest_intact()


def test_a_checkpoints_folder_that_may_not_be_read_is_not_empty(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "listdir", refuse)
    for require in (folder.require_checkpoint, folder.require_any_checkpoint, folder.newest_intact):
        with pytest.raises(CheckpointError, match="cannot be read: Permission denied"):
            require()


def test_one_without_the_files_of_a_run_is_damaged(folder):
    files = {"weights": lambda path: path.write_text("other")}
    checkpoint_files.write(folder.checkpoints, step=4, files=files, keep_last=9)
    missing = [f"{name} is missing" for name in sorted(CHECKPOINT_FILES)]
    assert folder.newest_intact() == (path_of(folder, 3), {path_of(folder, 4): missing})


def run_without_checkpoints(path, *, last_step):
    """What a run wrote that has rows up to a step, with a checkpoint every 3 steps."""
    (path / "train.lock").touch()
    load_config(TINY, overrides=["training.checkpoint_every=3"]).save(path / "config.yaml")
    (path / "metrics.csv").write_text(f"step,loss\n1,1.5\n{last_step},2.5\n")
    return RunFolder(path)


@pytest.mark.parametrize(
    ("place", "last_step", "sentence"),
    [
        (lambda path: path.symlink_to("/not/mounted"), 3, "a link to /not/mounted, which does not"),
        (lambda path: path.mkdir(), 3, "holds the curves of 3 steps.*mount it.*delete metrics.csv"),
        (lambda path: None, 4, "holds the curves of 4 steps"),
    ],
    ids=["link to nowhere", "empty mount point", "missing"],
)
def test_a_run_whose_checkpoints_are_not_there_is_not_begun_anew(
    tmp_path, place, last_step, sentence
):
    folder = run_without_checkpoints(tmp_path, last_step=last_step)
    place(folder.checkpoints)
    with pytest.raises(RunError, match=sentence):
        folder.require_resumable()
    folder.metrics.unlink()
    if not folder.checkpoints.is_symlink():
        folder.require_resumable()


def test_a_run_that_came_to_no_checkpoint_may_begin_anew(tmp_path):
    folder = run_without_checkpoints(tmp_path, last_step=3)
    folder.require_resumable()

    def fail(path):
        raise OSError(28, "No space left on device")

    with pytest.raises(checkpoint_files.CheckpointError):
        checkpoint_files.write(folder.checkpoints, step=3, files={"a": fail}, keep_last=1)
    folder.require_resumable()
    (folder.checkpoints / ".writing-step_00000003").mkdir(parents=True)
    folder.require_resumable()
