"""Cityscapes' layout, on generated files, and its classes."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny_files import random_image, save, write_pairs

from oasis_tf.data import DataError, open_source
from oasis_tf.data.datasets.cityscapes import DATA_SET

RNG = np.random.default_rng(2)


@pytest.fixture
def tree(tmp_path):
    for split, names in (
        ("train", ["aachen/aachen_000000_000019", "bochum/bochum_000000_000313"]),
        ("val", ["lindau/lindau_000000_000019"]),
    ):
        write_pairs(
            tmp_path,
            names,
            images=f"leftImg8bit/{split}",
            labels=f"gtFine/{split}",
            image_ending="_leftImg8bit",
            label_ending="_gtFine_labelIds",
            ids=(0, 7, 11, 33),
        )
        for name in names:  # as they lie beside the label maps
            stem = tmp_path / f"gtFine/{split}/{name}_gtFine"
            save(stem.with_name(f"{stem.name}_color.png"), random_image(RNG))
            save(stem.with_name(f"{stem.name}_instanceIds.png"), random_image(RNG))
            stem.with_name(f"{stem.name}_polygons.json").write_text("{}")
    return tmp_path


def open_cityscapes(root, split="train"):
    return open_source(source="cityscapes", split=split, root=root)


def test_cities_are_paired_and_other_annotations_left_alone(tree):
    source = open_cityscapes(tree)
    assert source.names == ["aachen/aachen_000000_000019", "bochum/bochum_000000_000313"]
    assert open_cityscapes(tree, "val").names == ["lindau/lindau_000000_000019"]
    _, label_map = source.load(tf.constant(1))
    np.testing.assert_array_equal(np.unique(label_map), [0, 7, 11, 33])


def test_instances_are_those_beside_the_label_maps(tree):
    for path in (tree / "gtFine/val").rglob("*_instanceIds.png"):
        save(path, np.full((20, 30), 26001, np.uint16))  # the second car
    source = open_source(source="cityscapes", split="val", root=tree, instances=DATA_SET.instances)
    _, panoptic = source.load(tf.constant(0))
    np.testing.assert_array_equal(panoptic[..., 1], np.full((20, 30), 26001))
    np.testing.assert_array_equal(panoptic[..., 0], open_cityscapes(tree, "val").load(0)[1])


def test_classes_are_the_label_ids_and_one_more(tree):
    source = open_cityscapes(tree)
    assert source.num_classes == len(source.class_names) == len(source.palette) == 35
    named = {0: "void", 7: "road", 11: "building", 23: "sky", 26: "car", 33: "bicycle"}
    assert {i: source.class_names[i] for i in named} == named
    assert source.class_names[34] == "license plate"
    np.testing.assert_array_equal(
        source.palette[[7, 23, 26]], [[128, 64, 128], [70, 130, 180], [0, 0, 142]]
    )


def test_a_missing_city_is_named_by_its_first_image(tree):
    shutil.rmtree(tree / "gtFine/train/aachen")
    named = "aachen_000000_000019_leftImg8bit.png: there is no label map named 'aachen/aachen_"
    with pytest.raises(DataError, match=named):
        open_cityscapes(tree)


@pytest.mark.parametrize("lost", ["leftImg8bit/val", "gtFine/val"])
def test_a_missing_folder_is_named(tree, lost):
    shutil.rmtree(tree / lost)
    with pytest.raises(DataError, match=rf"{tree / lost}: no such folder. Point the data root at"):
        open_cityscapes(tree, "val")


def test_an_id_of_no_class_is_named(tree):
    label_map = np.full((20, 30), 255, np.uint8)  # as in labelTrainIds
    path = save(tree / "gtFine/val/lindau/lindau_000000_000019_gtFine_labelIds.png", label_map)
    with pytest.raises(DataError, match=rf"{path}: .* id 255, outside the allowed ids 0\.\.34"):
        open_cityscapes(tree, "val").diagnose(0)


def test_colours_instead_of_ids_are_named(tree):
    path = tree / "gtFine/val/lindau/lindau_000000_000019_gtFine_labelIds.png"
    Image.fromarray(random_image(RNG)).save(path)
    with pytest.raises(DataError, match=rf"{path}: .*one class id per pixel"):
        open_cityscapes(tree, "val")
