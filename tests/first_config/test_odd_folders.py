"""`init` on folders with something odd in them."""

import os

import miniatures
import numpy as np
import pytest
from command_line import call
from PIL import Image

from oasis_tf.config import load_config
from oasis_tf.data import open_splits
from oasis_tf.first_config import writing


@pytest.fixture
def root(tmp_path):
    """A folder of six pairs."""
    miniatures.pairs(tmp_path / "data", "images/{}.jpg", "labels/{}.png", "abcdef", (0, 1, 2))
    return tmp_path / "data"


def init(root, **keys):
    """What is printed, and the data of the config."""
    out = root.parent / "my.yaml"
    printed = call("init", "--data-root", root, "--out", out, **keys)
    return printed, load_config(out).data if out.exists() else None


def test_a_link_to_itself_is_passed_over(root):
    (root / "self").symlink_to("self")
    assert init(root)[1].num_classes == 4


def test_lists_that_are_pipes_are_not_opened(root):
    os.mkfifo(root / "train.txt")
    os.mkfifo(root / "val.txt")
    assert init(root)[1].split_list is None


def test_names_that_a_list_cannot_hold_are_left_out(root):
    miniatures.pairs(root, "images/{}.jpg", "labels/{}.png", ["x\ry", "z\r"], (0, 1))
    miniatures.photograph(root / "images" / "alone.jpg")  # so that lists are written
    train, held_out = open_splits(**init(root)[1].source_arguments())
    assert sorted([*train.names, *held_out.names]) == list("abcdef")


@pytest.mark.parametrize(("dtype", "mode"), [(np.uint16, "I;16"), (bool, "1")])
def test_a_label_map_of_other_bits_is_named_and_its_ids_are_no_classes(root, dtype, mode):
    other = np.full(miniatures.SIZE, 300).astype(dtype)
    Image.fromarray(other).save(root / "labels" / "e.png")
    printed, data = init(root)
    assert "1 pair of those that were read cannot be used" in printed.stdout
    assert (
        f"e.png: the label map has 1 or 16 bits a pixel, or transparency (Pillow mode {mode})"
        in (printed.stdout)
    )
    assert sorted(data.id_map) == [0, 1, 2]  # not 300 - 256


def test_a_held_out_folder_without_pairs_holds_out_nothing(tmp_path):
    root = tmp_path / "data"
    miniatures.pairs(root, "images/train/{}.jpg", "labels/train/{}.png", "abcdef", (0, 1))
    miniatures.photograph(root / "images" / "val" / "x.jpg")
    miniatures.label_map(root / "labels" / "val" / "y.png", (0, 1))
    train, held_out = open_splits(**init(root)[1].source_arguments())
    assert len(train) + len(held_out) == 6 and len(held_out)


def test_a_config_that_does_not_load_is_not_left_there(root, monkeypatch):
    miniatures.photograph(root / "images" / "alone.jpg")  # so that lists are written

    def refused(path):
        raise writing.FileExistsAlreadyError(f"{path} does not load")

    monkeypatch.setattr(writing, "load_config", refused)
    assert "does not load" in init(root, exit_code=2)[0].stderr
    assert [path.name for path in root.parent.iterdir()] == ["data"]


def test_a_file_in_place_of_the_folder_of_out_is_named_before_reading(root, tmp_path):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "below" / "my.yaml"
    printed = call("init", "--data-root", root, "--out", out, exit_code=2).stderr
    assert printed == f"Error: {tmp_path / 'file'} is no folder; name another place with --out\n"
