"""Which pairs are held out: by a share, by lists, and never one that is trained on."""

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_files import write_pairs

from oasis_tf.data import DataError, open_splits
from oasis_tf.data.splits import FractionSplit, ListSplit

NAMES = [f"pair_{index}" for index in range(400)]


def chosen(names, split="val", fraction=0.25, seed=0):
    return FractionSplit(split=split, fraction=fraction, seed=seed).chosen(set(names))


def test_a_share_is_held_out_by_names_alone():
    held_out = chosen(NAMES)
    assert held_out == chosen(reversed(NAMES)) and 75 <= len(held_out) <= 125
    assert chosen(NAMES, split="train") == set(NAMES) - held_out
    assert chosen(NAMES[:200]) == held_out & set(NAMES[:200])
    assert chosen(NAMES, seed=1) != held_out
    assert chosen(NAMES, fraction=0.1) < held_out
    assert chosen(NAMES[:16]) == HELD_OUT_OF_16


# By `printf '0\0pair_1' | sha256sum`: the first hexadecimal digit is below 4. Splits must stay what
# they are over versions.
HELD_OUT_OF_16 = {"pair_1", "pair_2", "pair_10", "pair_14", "pair_15"}


@given(st.sets(st.text(min_size=1), min_size=2, max_size=5), st.floats(1e-6, 1 - 1e-6))
def test_neither_split_is_empty_and_they_share_nothing(names, fraction):
    train, val = (chosen(names, split=split, fraction=fraction) for split in ("train", "val"))
    assert train and val and train | val == names and not train & val


@pytest.fixture
def folder(tmp_path):
    """Four pairs a, b, c and d in one folder for all splits, and what opens it."""
    write_pairs(tmp_path, "abcd", images="images", labels="labels", ids=(0, 1))

    def opened(**keys):
        arguments = {"images": "images", "labels": "labels", "num_classes": 3} | keys
        return open_splits(source="folder", root=tmp_path, **arguments)

    return tmp_path, opened


def test_lists_of_names_divide_a_folder_and_leave_the_rest_alone(folder):
    root, opened = folder
    (root / "train.txt").write_text("b.png\n\na\r\n")
    (root / "val.txt").write_text("\ufeffc")
    (root / "images" / "e.png").write_bytes(b"no image, in no list")
    train, val = opened(split_list="{split}.txt")
    assert (train.names, val.names) == (["a", "b"], ["c"])
    assert train.identity()[0] != val.identity()[0]  # each has a cache of its own


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        ({"train": "a\nx\n", "val": "b"}, "train.txt, line 2: there is no image and no label map"),
        ({"train": "a\nb\na.png\n", "val": "c"}, "names 'a.png' twice, in lines 1 and 3"),
        ({"train": "\n", "val": "c"}, "train.txt: the list names no pair"),
        ({"train": "a"}, "val.txt: no such file. It is named by data.split_list"),
        ({"train": "a\nb", "val": "b"}, r"All 1 held-out pairs are training pairs too: .*b\.png"),
    ],
)
def test_a_wrong_list_is_named(folder, lists, sentence):
    root, opened = folder
    for split, text in lists.items():
        (root / f"{split}.txt").write_text(text)
    with pytest.raises(DataError, match=sentence):
        opened(split_list="{split}.txt")


def test_a_share_of_a_folder_is_held_out_without_moving_a_file(folder):
    train, val = folder[1](val_fraction=0.25)
    assert sorted([*train.names, *val.names]) == list("abcd") and val.names
    assert train.identity()[0] != val.identity()[0]


def test_a_folder_for_both_splits_is_refused(folder):
    with pytest.raises(DataError, match="All 4 held-out pairs are training pairs too"):
        folder[1]()


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["link", "hard link"])
def test_a_pair_that_is_linked_into_the_other_split_is_refused(tmp_path, link):
    for split, names in (("train", "ab"), ("val", "cd")):
        folders = {kind: f"{kind}/{split}" for kind in ("images", "labels")}
        write_pairs(tmp_path, names, **folders, ids=(0, 1))
    arguments = {"source": "folder", "root": tmp_path, "num_classes": 3}
    open_splits(**arguments)
    for kind in ("images", "labels"):
        link(tmp_path / kind / "train" / "a.png", tmp_path / kind / "val" / "e.png")
    with pytest.raises(DataError, match=r"1 of the 3 .*train/a.png is in both splits, as .*e\.png"):
        open_splits(**arguments)
    for kind in ("images", "labels"):
        shutil.rmtree(tmp_path / kind / "val")
        os.symlink(tmp_path / kind / "train", tmp_path / kind / "val")
    with pytest.raises(DataError, match="All 2 held-out pairs"):
        open_splits(**arguments)


def test_a_long_line_of_a_list_is_not_repeated_whole(tmp_path):
    (tmp_path / "list.txt").write_text("x" * 10**6)
    with pytest.raises(DataError, match="list.txt, line 1: there is no image") as refused:
        ListSplit(tmp_path / "list.txt").chosen({"a"})
    assert len(str(refused.value)) < 1000
