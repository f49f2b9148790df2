"""Files in full or not at all."""

import errno
import os
import pickle

import pytest

from oasis_tf.io.atomic_file import UnwritableFileError, whole_file


def test_a_file_is_there_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with whole_file(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and os.listdir(tmp_path) == ["a.txt"]


def test_a_full_disk_is_said_with_the_name_of_the_file(tmp_path):
    full = os.strerror(errno.ENOSPC)
    for error in (OSError(errno.ENOSPC, full), OSError(f"encoder error: {full}")):
        with (
            pytest.raises(UnwritableFileError, match=f"^{tmp_path}/a.txt cannot be .*{full}$"),
            whole_file(tmp_path / "a.txt"),
        ):
            raise error
    with (
        pytest.raises(UnwritableFileError, match="nowhere/a.txt cannot be written: No such"),
        whole_file(tmp_path / "nowhere" / "a.txt") as temporary,
    ):
        temporary.write_text("new")


def test_its_error_comes_whole_from_another_process():
    error = UnwritableFileError(errno.ENOSPC, "no room", "a.txt")
    assert str(pickle.loads(pickle.dumps(error))) == "a.txt cannot be written: no room"


def test_writing_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OSError), whole_file(path) as temporary:
        temporary.write_text("ne")
        raise OSError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


def test_a_name_may_be_as_long_as_the_file_system_takes(tmp_path):
    longest, longer = tmp_path / ("ä" * 126 + "xyz"), tmp_path / ("ä" * 128)
    with whole_file(longest) as temporary:
        temporary.write_text("new")
    assert os.listdir(tmp_path) == [longest.name]
    with pytest.raises(OSError) as caught, whole_file(longer) as temporary:
        temporary.write_text("new")
    assert str(caught.value) == f"{longer} cannot be written: File name too long"
    assert os.listdir(tmp_path) == [longest.name]


def test_a_library_may_insist_on_an_ending(tmp_path):
    with whole_file(tmp_path / "a.keras", ending=".keras", is_durable=True) as temporary:
        assert temporary.suffix == ".keras" and temporary.parent == tmp_path
        temporary.write_text("new")
    assert os.listdir(tmp_path) == ["a.keras"]


def test_two_processes_write_to_different_files(tmp_path, monkeypatch):
    with whole_file(tmp_path / "a") as mine:
        mine.write_text("mine")
        monkeypatch.setattr(os, "getpid", lambda: 1)
        with whole_file(tmp_path / "a") as other:
            assert other != mine
            other.write_text("other")
        assert (tmp_path / "a").read_text() == "other"
    assert (tmp_path / "a").read_text() == "mine"
