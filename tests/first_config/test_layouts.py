"""`init` finds the pairs, splits and classes of common layouts, and what it writes opens."""

import miniatures
import numpy as np
import pytest
from command_line import call

from oasis_tf.config import load_config
from oasis_tf.data import open_splits
from oasis_tf.first_config import machine as machine_module
from oasis_tf.first_config import network
from oasis_tf.first_config.machine import Machine

FRUIT = {"images": "ds/img", "labels": "ds/masks_machine", "val_fraction": 0.2}
VOC = {"images": "JPEGImages", "labels": "SegmentationClass"}

# For each layout: keys of `data`; numbers of training and held-out pairs; names of the classes of
# the stripes of a label map, from left to right.
LAYOUTS = {
    "ade20k": ({"source": "ade20k"}, 2, 2, ["void", "sky", "flag"]),
    "cityscapes": ({"source": "cityscapes"}, 2, 2, ["void", "road", "sky"]),
    "coco_stuff": ({"source": "coco_stuff"}, 2, 1, ["person", "wood", "void"]),
    "coco_2017": (
        {"labels": "annotations/{split}", "train_split": "train2017", "val_split": "val2017"},
        *(2, 1, ["person", "wood", "void"]),
    ),
    "facades": (
        {"images": "images", "split_list": "{split}.txt", "void_id": None},
        *(2, 1, ["background", "facade", "shop"]),
    ),
    "camvid": (
        {"images": "701_StillsRaw_full", "label_ending": "_L", "val_fraction": 0.2},
        *(None, None, ["Road", "Sky", "void"]),
    ),
    "beside": ({"images": ".", "labels": "."}, None, None, ["id 0", "id 1"]),
    "beside_with_ending": (
        {"images": ".", "labels": ".", "label_ending": "_mask"},
        *(None, None, ["id 0", "id 1"]),
    ),
    "voc": (
        VOC | {"split_list": "ImageSets/Segmentation/{split}.txt", "void_id": 255},
        *(1, 1, ["background", "aeroplane", "void"]),
    ),
    "labelme": (VOC | {"val_fraction": 0.2}, None, None, None),
    "supervisely": (FRUIT, None, None, ["background", "lemon"]),
    "cvat": (VOC | {"val_fraction": 0.2}, None, None, ["background", "cat"]),
    "segnet": (
        {"images": "{split}", "labels": "{split}annot"},
        *(3, 2, ["id 0", "id 1", "id 11"]),
    ),
}


@pytest.fixture
def init(tmp_path, monkeypatch):
    """function(layout) -> (config, sources of both splits, text of the config)."""

    machine = Machine(cores=2, memory=16 * 10**9)
    monkeypatch.setattr(machine_module, "this_machine", lambda: machine)

    def made(layout):
        root, out = tmp_path / "my data", tmp_path / "my.yaml"
        root.mkdir()
        getattr(miniatures, layout)(root)
        before = sorted(root.rglob("*"))
        call("init", "--data-root", root, "--out", out)
        assert sorted(root.rglob("*")) == before  # nothing is moved or written there
        config = load_config(out)
        return config, open_splits(**config.data.source_arguments()), out.read_text()

    return made


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_config_opens_all_pairs_with_their_classes(init, layout):
    keys, num_train, num_held_out, names = LAYOUTS[layout]
    config, (train, held_out), text = init(layout)
    assert {key: getattr(config.data, key) for key in keys} == keys
    if num_train is None:  # divided by a hash
        assert len(held_out) and len(train) >= len(held_out)
    else:
        assert (len(train), len(held_out)) == (num_train, num_held_out)
    for index in range(len(train)):
        label_map = train.load(np.int64(index))[1].numpy()
        assert (label_map == label_map[0]).all() and label_map.shape == miniatures.SIZE
        if names:
            starts = np.flatnonzero(np.diff(label_map[0], prepend=-1))
            assert [train.class_names[label_map[0, start]] for start in starts] == names
    assert all(side % 32 == 0 for side in config.data.image_size)
    assert "Expected time: about" in text and "no GPU" in text


def test_palettes_of_their_own_are_read_by_colour(init):
    """An index means another colour in every second file; the colours mean the same."""
    config, (train, held_out), _ = init("labelme")
    assert config.data.label_colors is not None
    left = {
        train.names[index]: train.load(np.int64(index))[1].numpy()[0, 0]
        for index in range(len(train))
    } | {
        held_out.names[index]: held_out.load(np.int64(index))[1].numpy()[0, 0]
        for index in range(len(held_out))
    }
    assert left["0"] == left["2"] != left["1"] == left["3"]


def test_a_file_without_partner_is_left_out_by_a_list(init, tmp_path):
    config, (train, _), text = init("segnet")
    assert train.names == ["a", "b", "c"] and "left out: 1 file without a partner" in text
    assert (tmp_path / "my.train.txt").read_text() == "a\nb\nc\n"
    assert config.data.split_list == str(tmp_path / "my.{split}.txt")


@pytest.mark.parametrize(("some_pairs", "norm", "own"), [(1000, "instance", 0), (0, "batch", 0.5)])
def test_small_batches_get_instance_norm_or_a_weight_of_own_moments(
    init, monkeypatch, some_pairs, norm, own
):
    monkeypatch.setattr(network, "SOME_PAIRS", some_pairs)
    config, *_ = init("segnet")
    assert config.training.batch_size == 2
    assert (config.generator.norm, config.generator.own_moments) == (norm, own)


def test_classes_of_a_palette_file_that_do_not_occur_are_left_out(init):
    config, *_ = init("camvid")
    assert config.data.class_names == ["void", "Road", "Sky"]
    assert config.data.label_colors == [[(0, 0, 0)], [(128, 64, 128)], [(128, 128, 128)]]


@pytest.mark.parametrize(("count", "many", "channels"), [(1, 10**9, 32), (4, 1, 64)])
def test_on_gpus_the_config_is_valid_and_the_command_uses_all(
    tmp_path, monkeypatch, count, many, channels
):
    machine = Machine(cores=16, memory=None, gpus=(("A100", 40 * 10**9),) * count)
    monkeypatch.setattr(machine_module, "this_machine", lambda: machine)
    monkeypatch.setattr(network, "MANY_PAIRS", many)
    monkeypatch.setattr(network, "SOME_PAIRS", 0)
    miniatures.facades(tmp_path)
    printed = call("init", "--data-root", tmp_path, "--out", tmp_path / "my.yaml").stdout
    config = load_config(tmp_path / "my.yaml")
    assert config.generator.channels == channels and config.training.batch_size % count == 0
    command = f"train --config {tmp_path / 'my.yaml'}" + " --strategy mirrored" * (count > 1)
    assert printed.rstrip().endswith(command)
    assert f"python -m oasis_tf {command}\n" in (tmp_path / "my.yaml").read_text()
    assert "time     not known: the rule is for CPUs" in printed
