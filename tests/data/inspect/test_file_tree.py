"""Listing a folder ends, whatever lies in it."""

import os

import pytest

from oasis_tf.data import DataError
from oasis_tf.data.inspect.file_tree import MOST_DEPTH, scan


def test_upper_folders_are_listed_first_and_hidden_ones_not_at_all(tmp_path):
    for path in ("a.png", "b/c/d.txt", "b/e.png", ".hidden/f.png", "__MACOSX/g.png", ".h.png"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    tree = scan(tmp_path)
    assert tree.folders == {"": ["a.png"], "b": ["e.png"], "b/c": ["d.txt"]} and tree.is_complete
    assert tree.with_suffix(".png") == [("", "a.png"), ("b", "e.png")]
    assert tree.path("b", "e.png") == tmp_path / "b" / "e.png"


def test_it_stops_at_so_many_files_and_says_so(tmp_path):
    for folder in "abc":
        (tmp_path / folder).mkdir()
        for name in range(3):
            (tmp_path / folder / str(name)).write_bytes(b"")
    tree = scan(tmp_path, most_files=4)
    assert list(tree.folders) == ["", "a", "b"] and not tree.is_complete


def test_it_ends_in_circles_and_deep_below(tmp_path):
    os.symlink(tmp_path, tmp_path / "again")
    deep = tmp_path.joinpath(*"x" * (MOST_DEPTH + 2))
    deep.mkdir(parents=True)
    tree = scan(tmp_path)
    assert "again" not in tree.folders and not tree.is_complete
    assert max(len(folder.split("/")) for folder in tree.folders) == MOST_DEPTH


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: no such folder"):
        scan(tmp_path / "nowhere")
