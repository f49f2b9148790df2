"""Shares and textures, worked by hand."""

import numpy as np
import pytest

from oasis_tf.evaluation.class_traits import ClassTraits


def a_scene():
    """5x8: void above, class 1 flat on the left, class 2 on the right with ramps, class 3 thin.

    Class 2's luma rises by 3/255 a pixel to the right and by 4/255 downwards, so that its gradient
    is 5/255 long.
    """
    label_map = np.full((1, 5, 8), 2)
    label_map[0, :, :3] = 1
    label_map[0, 0] = 0
    label_map[0, 4, 7] = 3
    rows, columns = np.mgrid[:5, :8]
    grey = np.where(label_map[0] == 1, 200, 3 * columns + 4 * rows)
    return np.repeat(np.uint8(grey)[None, ..., None], 3, axis=-1), label_map


def test_a_scene_worked_by_hand():
    traits = ClassTraits(5)
    traits.update(*a_scene())
    np.testing.assert_array_equal(traits.pixels, [8, 12, 19, 1, 0])
    np.testing.assert_allclose(traits.shares, [0, 12 / 32, 19 / 32, 1 / 32, 0])
    # Inside: class 1 in column 1, class 2 in columns 4 to 6; rows 2 and 3, but for the pixel that
    # has class 3 beside it.
    np.testing.assert_array_equal(traits.inner_pixels, [0, 2, 5, 0, 0])
    expected = [np.nan, 0, 5 / 255, np.nan, np.nan]
    np.testing.assert_allclose(traits.textures, expected, rtol=1e-5, atol=1e-7)


def test_green_weighs_more_than_blue():
    ramp = np.zeros((1, 3, 3, 3), np.uint8)
    ramp[..., 1] = [0, 10, 20]
    ramp[..., 2] = [40, 20, 0]
    traits = ClassTraits(2)
    traits.update(ramp, np.ones((1, 3, 3), int))
    assert traits.textures[1] == pytest.approx((0.587 * 10 - 0.114 * 20) / 255)


def test_a_pixel_is_inside_if_all_eight_neighbours_are_of_its_class():
    label_map = np.random.default_rng(3).choice(3, (6, 9, 11), p=[0.04, 0.04, 0.92])
    traits = ClassTraits(3)
    traits.update(np.zeros((6, 9, 11, 3), np.uint8), label_map)
    expected = np.zeros(3)
    for one in label_map:
        for row in range(1, 8):
            for column in range(1, 10):
                around = one[row - 1 : row + 2, column - 1 : column + 2]
                expected[one[row, column]] += (around == one[row, column]).all()
    np.testing.assert_array_equal(traits.inner_pixels, expected)
    assert 50 < expected[2] < 300


def test_batches_are_the_whole():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 12, 10, 3), np.uint8)
    label_map = np.repeat(np.repeat(rng.integers(0, 3, (4, 3, 2)), 4, 1), 5, 2)
    whole, in_parts = ClassTraits(3), ClassTraits(3)
    whole.update(images, label_map)
    for part in (slice(3), slice(3, None)):
        in_parts.update(images[part], label_map[part])
    np.testing.assert_array_equal(in_parts.shares, whole.shares)
    np.testing.assert_allclose(in_parts.textures, whole.textures)
    assert whole.inner_pixels[1:].min() > 0


def test_void_is_not_described_and_what_is_not_known_is_null():
    traits = ClassTraits(4)
    traits.update(*a_scene())
    assert traits.describe(["void", "wall", "slope", "bird"]) == [
        {"id": 1, "name": "wall", "share": 0.375, "texture": 0.0},
        {"id": 2, "name": "slope", "share": 19 / 32, "texture": pytest.approx(5 / 255)},
        {"id": 3, "name": "bird", "share": 1 / 32, "texture": None},
    ]


def test_nothing_seen_is_nothing_known():
    assert ClassTraits(2).describe(["void", "sky"]) == [
        {"id": 1, "name": "sky", "share": 0.0, "texture": None}
    ]
