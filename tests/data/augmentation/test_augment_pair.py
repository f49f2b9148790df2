"""A pair stays a pair, and is a function of (seed, position)."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.config.augment_section import AugmentConfig
from oasis_tf.data import (
    Augmentation,
    example_index,
    loaded_size,
    training_batches,
    training_pair,
)
from oasis_tf.data.augmentation import augment_pair
from oasis_tf.data.cache import cached
from oasis_tf.data.source import Source

SIZE = (32, 48)
LARGEST = {
    "scale": 1.5,
    "aspect": 1.3,
    "rotation": 30.0,
    "warp": 0.08,
    "brightness": 0.4,
    "contrast": 0.4,
    "saturation": 0.5,
    "hue": 30.0,
}
MOVES = {key: LARGEST[key] for key in ("scale", "aspect", "rotation", "warp")}
COLORS = {key: value for key, value in LARGEST.items() if key not in MOVES}
SCALE_OF_IDS = 40  # grey levels from one id to the next


class Regions(Source):
    """Large regions of the ids 1 to 5, and images painted from the ids, of different sizes."""

    num_classes, class_names, palette = 6, (), ()  # names and colours do not matter here
    names = [str(i) for i in range(5)]
    sizes = [(32, 48), (40, 60), (50, 50), (64, 96), (31, 47)]

    def load(self, index):
        pair = tf.numpy_function(self.draw, [index], (tf.uint8, tf.uint8))
        return tf.ensure_shape(pair[0], (None, None, 3)), tf.ensure_shape(pair[1], (None, None))

    def draw(self, index):
        height, width = self.sizes[index]
        y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
        ids = np.uint8(1 + (y > 0.3 + 0.1 * index) + 2 * (x + y > 1) + (x < 0.2))
        return np.repeat(ids[..., None] * np.uint8(SCALE_OF_IDS), 3, axis=-1), ids

    def identity(self):
        return "regions", "drawn"


REGIONS = Regions()


def pair_at(position, *, source=REGIONS, example=0, seed=3, flip=False, **changes):
    pair = training_pair(
        source,
        tf.constant(example, tf.int64),
        image_size=SIZE,
        seed=tf.constant([seed, position], tf.int64),
        flip=flip,
        augment=Augmentation(**changes),
    )
    return tuple(part.numpy() for part in pair)


def equal(pair, other):
    return all(np.array_equal(*parts) for parts in zip(pair, other, strict=True))


def test_the_configs_keys_are_the_augmentations_and_off():
    fields = {field.name: field.default for field in dataclasses.fields(Augmentation)}
    assert AugmentConfig().model_dump() == fields
    assert not Augmentation().moves and not Augmentation().recolors
    for key, largest in LARGEST.items():
        one = Augmentation(**{key: largest})
        assert (one.moves, one.recolors) == (key in MOVES, key in COLORS)


def test_the_smallest_changes_give_the_pair_itself():
    """The whole way through the grid and the colours, with parameters next to none."""
    image, label_map = REGIONS.draw(0)
    least = Augmentation(rotation=1e-30, warp=1e-30, brightness=1e-30, hue=1e-30)
    pair = augment_pair(
        tf.constant(image),
        tf.constant(label_map),
        augmentation=least,
        size=SIZE,
        window=SIZE,
        seed=tf.constant([0, 0]),
    )
    assert equal(pair, (image, label_map))


@pytest.mark.parametrize("key", MOVES)
@pytest.mark.parametrize("example", range(5))
def test_image_and_label_map_move_alike(key, example):
    """Where the labels around are equal, the image has the colour of the label."""
    moved = 0
    unchanged = pair_at(0, example=example)
    for position in range(4):
        image, label_map = pair_at(position, example=example, **{key: LARGEST[key]})
        assert image.shape == (*SIZE, 3) and label_map.shape == SIZE
        assert set(np.unique(label_map)) <= set(np.unique(unchanged[1]))
        reach = 5  # of the kernels of resizing and sampling, in enlarged pixels
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(label_map, reach, constant_values=255), (2 * reach + 1, 2 * reach + 1)
        )
        inside = (windows == label_map[..., None, None]).all(axis=(2, 3))
        assert inside.mean() > 0.04
        expected = np.int32(label_map) * SCALE_OF_IDS
        assert np.abs(image[..., 0] - expected)[inside].max() <= 1
        moved += not np.array_equal(label_map, unchanged[1])
    assert moved >= 3


@pytest.mark.parametrize("key", COLORS)
def test_colours_leave_the_label_map_alone(key):
    unchanged = pair_at(0, example=1)
    image, label_map = pair_at(0, example=1, **{key: LARGEST[key]})
    np.testing.assert_array_equal(label_map, unchanged[1])
    greys_change = key in ("brightness", "contrast")
    assert np.array_equal(image, unchanged[0]) == (not greys_change)


def test_positions_and_seeds_differ_and_repeat():
    first = pair_at(0, **LARGEST)
    assert equal(first, pair_at(0, **LARGEST))
    assert not equal(first, pair_at(1, **LARGEST))
    assert not equal(first, pair_at(0, seed=4, **LARGEST))


def test_a_switch_does_not_change_what_the_others_draw():
    moved = pair_at(2, flip=True, **MOVES)
    np.testing.assert_array_equal(pair_at(2, flip=True, **LARGEST)[1], moved[1])
    turned = pair_at(2, rotation=30.0)
    np.testing.assert_array_equal(pair_at(2, rotation=30.0, warp=1e-6)[1], turned[1])


def test_batches_are_these_pairs_on_any_shard_and_from_any_step():
    """The second of two workers, resumed at step 3, with load_size."""
    augment, load_size = Augmentation(**LARGEST), 36
    batches = training_batches(
        REGIONS,
        image_size=SIZE,
        batch_size=4,
        seed=3,
        start_step=3,
        load_size=load_size,
        augment=augment,
        shard=1,
        num_shards=2,
    )
    for step, (images, label_maps) in enumerate(batches.take(8).as_numpy_iterator(), start=3):
        assert np.abs(images).max() <= 1 and label_maps.min() >= 1
        for row in (0, 1):
            position = tf.constant(4 * step + 2 + row, tf.int64)
            image, label_map = training_pair(
                REGIONS,
                example_index(position, num_examples=5, seed=3),
                image_size=SIZE,
                load_size=load_size,
                augment=augment,
                seed=tf.stack([tf.constant(3, tf.int64), position]),
            )
            np.testing.assert_array_equal(np.round((images[row] + 1) * 127.5), image)
            np.testing.assert_array_equal(label_maps[row], label_map)


def test_cached_pairs_are_augmented_alike(tmp_path):
    size = loaded_size(SIZE, None, Augmentation(**LARGEST))
    assert size == (48, 72)  # enlarged images are not interpolated
    in_cache = cached(REGIONS, size=size, folder=tmp_path)
    for position in range(5):
        arguments = {"example": position, **LARGEST}
        pairs = [pair_at(position, source=source, **arguments) for source in (REGIONS, in_cache)]
        assert equal(*pairs)
