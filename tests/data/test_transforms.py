"""Each data op against Pillow or a hand-made truth, eagerly and inside tf.data."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from oasis_tf.data.transforms import crop_pair, flip_pair, normalize_pair, resize_pair


def numbered_pair(h, w):
    """An image whose every pixel holds its own coordinates, and a label map that does too."""
    rows, cols = np.mgrid[:h, :w].astype(np.uint8)
    return np.stack([rows, cols, rows ^ cols], axis=-1), rows * np.uint8(7) + cols


def in_tf_data(op, image, label_map):
    """Runs `op` in a tf.data map that does not know the size of its input."""
    pair = tf.data.Dataset.from_generator(
        lambda: [(image, label_map)],
        output_signature=(
            tf.TensorSpec((None, None, 3), tf.uint8),
            tf.TensorSpec((None, None), tf.uint8),
        ),
    )
    return next(iter(pair.map(op)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((512, 683), (256, 256)),
        ((364, 500), (64, 96)),
        ((240, 320), (96, 128)),
        ((20, 30), (64, 64)),
    ],
)
def test_resize_is_pillows(old, new):
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8))
    image = coarse.resize(old[::-1], Image.Resampling.BILINEAR)
    labels = Image.fromarray(rng.integers(0, 151, old, dtype=np.uint8))
    resized, label_map = resize_pair(
        tf.constant(np.asarray(image)), tf.constant(np.asarray(labels)), size=new
    )
    expected = np.asarray(image.resize(new[::-1], Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(resized.numpy() - expected).max() <= 1
    np.testing.assert_array_equal(label_map, labels.resize(new[::-1], Image.Resampling.NEAREST))


def test_resize_is_the_same_inside_tf_data():
    image, label_map = numbered_pair(20, 30)
    eager = resize_pair(tf.constant(image), tf.constant(label_map), size=(8, 16))
    mapped = in_tf_data(lambda *pair: resize_pair(*pair, size=(8, 16)), image, label_map)
    for a, b in zip(eager, mapped, strict=True):
        np.testing.assert_array_equal(a, b)


def test_crop_cuts_one_window_out_of_both_and_reaches_every_place():
    image, label_map = numbered_pair(6, 5)
    corners = set()
    for seed in range(200):
        cut, cut_labels = crop_pair(
            tf.constant(image), tf.constant(label_map), size=(4, 3), seed=tf.constant([seed, 7])
        )
        top, left = cut.numpy()[0, 0, :2]
        corners.add((top, left))
        np.testing.assert_array_equal(cut, image[top : top + 4, left : left + 3])
        np.testing.assert_array_equal(cut_labels, label_map[top : top + 4, left : left + 3])
    assert corners == {(top, left) for top in range(3) for left in range(3)}


def test_flip_mirrors_both_about_half_of_the_time():
    image, label_map = numbered_pair(3, 4)
    flips = 0
    for seed in range(200):
        seen, seen_labels = flip_pair(
            tf.constant(image), tf.constant(label_map), seed=tf.constant([seed, 1])
        )
        flipped = seen.numpy()[0, 0, 1] == 3
        step = -1 if flipped else 1
        np.testing.assert_array_equal(seen, image[:, ::step])
        np.testing.assert_array_equal(seen_labels, label_map[:, ::step])
        flips += flipped
    assert 70 <= flips <= 130  # 100 expected, standard deviation 7


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_crop_and_flip_are_the_same_inside_tf_data(seed):
    image, label_map = numbered_pair(9, 12)

    def op(image, label_map):
        pair = crop_pair(image, label_map, size=(4, 8), seed=tf.constant([seed, 5]))
        return flip_pair(*pair, seed=tf.constant([seed, 6]))

    eager = op(tf.constant(image), tf.constant(label_map))
    for a, b in zip(eager, in_tf_data(op, image, label_map), strict=True):
        np.testing.assert_array_equal(a, b)


def test_normalize_maps_grey_levels_to_minus_one_to_one():
    image = tf.constant([[[0, 51, 255]]], tf.uint8)
    normalized, label_map = normalize_pair(image, tf.constant([[150]], tf.uint8))
    np.testing.assert_allclose(normalized, [[[-1.0, -0.6, 1.0]]], atol=1e-6)
    assert label_map.dtype == tf.int32 and label_map.numpy() == 150
