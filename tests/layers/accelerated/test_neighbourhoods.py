"""Numbered neighbourhoods are the distinct ones, and convolutions over them are convolutions."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.accelerated import neighbourhoods
from oasis_tf.layers.accelerated.neighbourhoods import convolve, find_neighbourhoods, with_outside

NUM_CLASSES = 7


def lone_pixels(*positions):
    label_map = np.full((1, 9, 6), 2)
    for row, column in positions:
        label_map[0, row, column] = 5
    return label_map


LABEL_MAPS = {
    "constant": np.full((1, 6, 8), 3),
    "stripes across": np.arange(9)[None, :, None] % 3 + np.zeros((1, 9, 7), int),
    "stripes down": np.arange(7)[None, None, :] % 2 + np.zeros((1, 9, 7), int),
    "checkerboard": np.indices((8, 8)).sum(axis=0)[None] % 2,
    "a corner": lone_pixels((0, 0)),
    "every corner": lone_pixels((0, 0), (0, 5), (8, 0), (8, 5)),
    "borders": lone_pixels((0, 3), (4, 0), (4, 5), (8, 2)),
    "inside": lone_pixels((4, 2), (6, 4)),
    "every id": np.arange(NUM_CLASSES * 8).reshape(1, 8, 7) % NUM_CLASSES,
    "ids of no class": np.array([[[-1, 0, 6, 7], [200, 3, 3, -9], [6, 6, 0, 0]]]),
    "one pixel": np.full((2, 1, 1), 4),
    "one row": np.arange(6).reshape(1, 1, 6),
    "one column, narrow": np.arange(12).reshape(1, 6, 2) % 2,
    "unlike images": np.stack([np.full((5, 6), 1), np.arange(30).reshape(5, 6) % 7, np.eye(5, 6)]),
    "the same image twice": np.tile(np.arange(20).reshape(1, 4, 5) % 3, (2, 1, 1)),
    **{
        f"random {seed}": np.random.default_rng(seed).integers(0, most, shape)
        for seed, (most, shape) in enumerate([(2, (3, 7, 9)), (7, (2, 8, 5)), (2, (1, 16, 16))])
    },
}


def windows(label_map, radius):
    """What lies around each pixel: (b, h, w, (2 radius + 1)**2 + 1), the image's number at the end.

    -100 is outside, and NUM_CLASSES every id of no class.
    """
    known = (label_map >= 0) & (label_map < NUM_CLASSES)
    margin = [(0, 0), (radius, radius), (radius, radius)]
    padded = np.pad(np.where(known, label_map, NUM_CLASSES), margin, constant_values=-100)
    batch, height, width = label_map.shape
    side = range(2 * radius + 1)
    seen = [padded[:, i : i + height, j : j + width] for i in side for j in side]
    images = np.broadcast_to(np.arange(batch)[:, None, None], label_map.shape)
    return np.stack([*seen, images], axis=-1)


def found(label_map, noise=None, most=2.0):
    return find_neighbourhoods(
        tf.constant(label_map, tf.int32), noise, num_classes=NUM_CLASSES, most=most
    )


@pytest.mark.parametrize("label_map", LABEL_MAPS.values(), ids=LABEL_MAPS)
def test_pixels_share_a_number_exactly_where_all_labels_around_them_are_the_same(label_map):
    label_map = np.int32(label_map)
    seen = windows(label_map, 2).reshape(label_map.size, -1)
    distinct, expected = np.unique(seen, axis=0, return_inverse=True)
    around = found(label_map)
    numbers = around.pixels.numpy().ravel()
    assert len(around.outer) == len(distinct)
    assert len(around.inner) == len(
        np.unique(windows(label_map, 1).reshape(label_map.size, -1), axis=0)
    )
    pairs = set(zip(numbers, expected.ravel(), strict=True))
    assert len(pairs) == len(distinct) == len(set(numbers))


@pytest.mark.parametrize("noise_channels", [0, 3])
@pytest.mark.parametrize("label_map", LABEL_MAPS.values(), ids=LABEL_MAPS)
def test_two_convolutions_over_them_are_two_convolutions(label_map, noise_channels):
    label_map, rng = np.int32(label_map), np.random.default_rng(1)
    noise = rng.standard_normal((len(label_map), noise_channels)).astype(np.float32)
    first, second = (
        rng.standard_normal((3, 3, *channels)).astype(np.float32)
        for channels in ((noise_channels + NUM_CLASSES, 4), (4, 5))
    )
    bias = rng.standard_normal(4).astype(np.float32)
    laid_out = np.broadcast_to(noise[:, None, None], (*label_map.shape, noise_channels))
    condition = tf.concat((laid_out, tf.one_hot(label_map, NUM_CLASSES)), axis=-1)
    hidden = tf.nn.relu(tf.nn.conv2d(condition, first, 1, "SAME") + bias)
    expected = tf.nn.conv2d(hidden, second, 1, "SAME")

    around = found(label_map, noise if noise_channels else None)
    rows = tf.nn.relu(convolve(around.symbols, first, around.inner) + bias)
    rows = convolve(with_outside(rows), second, around.outer)
    np.testing.assert_allclose(tf.gather(rows, around.pixels), expected, rtol=1e-5, atol=2e-5)


def test_few_and_many():
    constant, noisy = LABEL_MAPS["constant"], LABEL_MAPS["random 1"]
    assert found(constant, most=0.75).are_few
    assert not found(noisy, most=0.75).are_few
    assert found(noisy, most=2.0).are_few


def test_more_than_can_be_numbered_are_never_few(monkeypatch):
    """With numbers of 5 bits instead of 21: 80 pixels, of which no two look the same."""
    monkeypatch.setattr(neighbourhoods, "_BITS", 5)
    assert found(LABEL_MAPS["constant"]).are_few
    assert not found(LABEL_MAPS["random 1"]).are_few
