"""One process at a time trains in a folder, and no file but the lock is touched for it."""

import os
import shutil

import pytest

from oasis_tf.runs.folder import RunError, RunFolder
from oasis_tf.runs.lock import RunFolderGoneError, locked


def test_it_names_its_holder_and_a_second_one_is_refused(tmp_path):
    path = tmp_path / "train.lock"
    (tmp_path / "config.yaml").touch()
    with locked(path):
        assert path.read_text().startswith(f"process {os.getpid()} on ")
        with pytest.raises(RunError, match=f"process {os.getpid()} on .* is training there"):
            locked(path).__enter__()
    with locked(path):
        pass


@pytest.mark.parametrize("target", ["mine.txt", "nothing"])
def test_a_link_is_refused_and_its_target_left_alone(tmp_path, target):
    mine = tmp_path / "mine.txt"
    mine.write_text("my words")
    (tmp_path / "train.lock").symlink_to(tmp_path / target)
    with pytest.raises(RunError, match="train.lock is a link"), locked(tmp_path / "train.lock"):
        pass
    assert mine.read_text() == "my words" and not (tmp_path / "nothing").exists()


def test_a_file_that_is_no_lock_is_left_alone(tmp_path):
    """Such as another name of a user's file."""
    mine, lock = tmp_path / "mine.txt", tmp_path / "train.lock"
    mine.write_text("my words")
    os.link(mine, lock)
    with pytest.raises(RunError, match="not written by this program"), locked(lock):
        pass
    assert mine.read_text() == "my words"


def test_a_fifo_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "train.lock")
    with pytest.raises(RunError, match="no regular file"), locked(tmp_path / "train.lock"):
        pass


def test_nothing_is_left_where_nothing_was_written(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "runs" / "mine" / "train.lock"):
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []
    (tmp_path / "notes.txt").touch()
    with locked(tmp_path / "train.lock"):
        pass
    assert os.listdir(tmp_path) == ["notes.txt"]
    with locked(tmp_path / "train.lock"):
        (tmp_path / "config.yaml").touch()
    assert "train.lock" in os.listdir(tmp_path)


def test_a_lock_that_its_holder_removes_meanwhile_is_not_taken_alone(tmp_path, monkeypatch):
    """The kernel locks files, not names: without a second look two could hold one each."""
    path = tmp_path / "train.lock"
    opened, removed = os.open, []

    def open_and_remove(*arguments):
        descriptor = opened(*arguments)
        if not removed:
            path.unlink()
            removed.append(path)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_remove)
    with locked(path) as lock:
        assert lock.is_in_place


@pytest.mark.parametrize("how", ["deleted", "replaced", "moved"])
def test_a_folder_that_is_gone_is_said(tmp_path, how):
    run = tmp_path / "run"
    with (
        pytest.raises(RunFolderGoneError, match=f"{run} was deleted, moved or replaced"),
        locked(run / "train.lock") as lock,
    ):
        lock.require_in_place()
        if how == "moved":
            run.rename(tmp_path / "other")
        else:
            shutil.rmtree(run)
        if how == "replaced":
            run.mkdir()
            (run / "train.lock").touch()
        with lock.explaining():
            raise FileNotFoundError("metrics.csv")


def test_what_fails_in_a_folder_that_is_there_passes(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="metrics.csv"),
        locked(tmp_path / "train.lock") as lock,
        lock.explaining(),
    ):
        raise FileNotFoundError("metrics.csv")


def test_what_a_process_left_that_ended_before_it_began_is_a_new_folder(tmp_path):
    (tmp_path / "train.lock").write_text("process 1 on a machine")
    RunFolder(tmp_path).require_new()
    (tmp_path / "config.yaml").touch()
    with pytest.raises(RunError, match="begin again there by --resume"):
        RunFolder(tmp_path).require_new()


@pytest.mark.parametrize("below", ["", "tiny"])
def test_a_link_to_nowhere_is_named(tmp_path, below):
    (tmp_path / "runs").symlink_to(tmp_path / "elsewhere")
    folder = RunFolder(tmp_path / "runs" / below)
    for require in (folder.require_new, folder.require_resumable):
        with pytest.raises(RunError, match="runs is a link to .*elsewhere, which does not exist"):
            require()
