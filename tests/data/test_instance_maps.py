"""Instance maps: read from PNGs, carried beside the label map, missing or of another size."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny_files import random_image, random_labels, save

from oasis_tf.data import Augmentation, DataError, Source, cached, open_source, training_pair
from oasis_tf.data.instance_maps import decode_instances, read_instances, save_instances
from oasis_tf.data.transforms import resize_label_map

IDS = np.array([[0, 1, 2], [250, 250, 7]], np.uint8)
COLORS = np.array([[[3, 2, 1], [255, 255, 255]]], np.uint8)
WHITE = 2**24 - 1


def palette_png():
    """Two indices of one colour, which only indices tell apart."""
    image = Image.fromarray(IDS).convert("P")
    image.putpalette([9, 9, 9] * 256)
    image.putdata(IDS.ravel().tolist())
    return image


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.fromarray(IDS), IDS),
        (Image.fromarray(np.array([[26000, 26001, 7]], np.uint16)), [[26000, 26001, 7]]),
        (palette_png(), IDS),
        (Image.fromarray(COLORS), [[3 + 2 * 256 + 65536, WHITE]]),
    ],
    ids=["8 bits", "16 bits", "palette", "RGB"],
)
def test_one_number_a_pixel(tmp_path, image, expected):
    image.save(tmp_path / "instances.png")
    found = read_instances(tmp_path / "instances.png")
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, expected)
    in_a_graph = tf.function(decode_instances)((tmp_path / "instances.png").read_bytes())
    np.testing.assert_array_equal(in_a_graph, expected)


def test_saved_numbers_are_read_again(tmp_path):
    numbers = np.array([[0, 255, 256, 70000, WHITE]])
    save_instances(numbers, tmp_path / "saved.png")
    np.testing.assert_array_equal(read_instances(tmp_path / "saved.png"), numbers)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_another_png_is_refused(tmp_path, mode):
    Image.fromarray(IDS).convert(mode).save(tmp_path / "x.png")
    with pytest.raises(DataError, match=rf"x.png: an instance map must be .*mode {mode}"):
        read_instances(tmp_path / "x.png")


class Plain(Source):
    """One random pair; with instances the number of a pixel is its class and 1000."""

    num_classes, names = 9, ["one"]

    def __init__(self, has_instances):
        self.has_instances = has_instances

    def load(self, index):
        rng = np.random.default_rng(0)
        image, labels = random_image(rng, (30, 40)), random_labels(rng, (30, 40), ids=range(9))
        if not self.has_instances:
            return tf.constant(image), tf.constant(labels)
        labels = labels.astype(np.int32)
        return tf.constant(image), tf.constant(np.stack([labels, labels + 1000], -1))


@pytest.mark.parametrize(
    "changes",
    [
        {"flip": True},
        {"load_size": 16, "flip": False},
        {"flip": True, "augment": Augmentation(scale=1.5, rotation=20.0, warp=0.04, hue=9.0)},
    ],
    ids=["flip", "crop", "augment"],
)
def test_instances_move_with_their_label_map_and_change_nothing_else(changes):
    flipped = set()
    for position in range(4):
        seed = tf.constant([7, position], tf.int64)
        pairs = [
            training_pair(Plain(each), tf.constant(0), image_size=(12, 16), seed=seed, **changes)
            for each in (False, True)
        ]
        (image, label_map), (same_image, panoptic) = pairs
        np.testing.assert_array_equal(image, same_image)
        np.testing.assert_array_equal(panoptic[..., 0], label_map)
        np.testing.assert_array_equal(panoptic[..., 1], panoptic[..., 0] + 1000)
        flipped.add(label_map.numpy().tobytes())
    assert len(flipped) > 1


@pytest.fixture
def root(tmp_path):
    """Three pairs, with instances of 16 bits."""
    rng = np.random.default_rng(3)
    for name in "abc":
        save(tmp_path / f"images/train/{name}.png", random_image(rng, (10, 15)))
        save(tmp_path / f"labels/train/{name}.png", random_labels(rng, (10, 15)))
        numbers = rng.integers(0, 2**16, (10, 15), dtype=np.uint16)
        save(tmp_path / f"instances/train/{name}_objects.png", numbers)
    return tmp_path


def open_folder(root, **options):
    arguments = {"num_classes": 12, "void_id": 11, "instances": "instances/{split}"}
    arguments |= {"instance_ending": "_objects"}
    return open_source(source="folder", split="train", root=root, **arguments | options)


def test_a_folder_gives_class_and_instance(root):
    source = open_folder(root)
    assert source.has_instances and not open_folder(root, instances=None).has_instances
    for index, name in enumerate("abc"):
        _, panoptic = source.load(tf.constant(index))
        _, label_map = open_folder(root, instances=None).load(tf.constant(index))
        assert panoptic.dtype == tf.int32
        np.testing.assert_array_equal(panoptic[..., 0], label_map)
        expected = Image.open(root / f"instances/train/{name}_objects.png")
        np.testing.assert_array_equal(panoptic[..., 1], np.asarray(expected, np.int32))
        np.testing.assert_array_equal(source.examine(index)[1], label_map)
    assert len(source.file_sizes()["a"]) == 3 and root / "instances/train" in source.folders()


def test_cached_instances_are_those_of_the_files(root, tmp_path):
    source = open_folder(root)
    kept = cached(source, size=(5, 7), folder=tmp_path / "cache")
    for index in range(3):
        expected = resize_label_map(source.load(tf.constant(index))[1], size=(5, 7))
        np.testing.assert_array_equal(kept.load(tf.constant(index))[1], expected)
    without = cached(open_folder(root, instances=None), size=(5, 7), folder=tmp_path / "cache")
    np.testing.assert_array_equal(without.load(tf.constant(2))[1], expected[..., 0])


def test_a_missing_instance_map_is_named(root):
    (root / "instances/train/b_objects.png").unlink()
    with pytest.raises(DataError, match=r"b.png: there is no instance map named 'b' below .*train"):
        open_folder(root)


def test_an_instance_map_of_another_size_is_named(root):
    save(root / "instances/train/b_objects.png", np.zeros((10, 14), np.uint16))
    sizes = r"b_objects.png: the instance map is 10x14 .* its label map b.png 10x15"
    with pytest.raises(DataError, match=sizes):
        open_folder(root)


def test_a_broken_instance_map_is_named(root):
    path = root / "instances/train/b_objects.png"
    path.write_bytes(path.read_bytes()[:-40])
    (problem,) = open_folder(root).examine(1)[0]
    assert problem.path == path and "the instance map cannot be decoded" in str(problem)
