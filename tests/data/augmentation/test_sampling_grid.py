"""Grids against NumPy's own ways to flip, turn, cut and pad."""

import math

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.data.augmentation.sampling_grid import (
    CONTROLS,
    b_spline_weights,
    sampling_grid,
    smooth_displacement,
)

IDS = np.random.default_rng(0).integers(0, 256, (12, 16), dtype=np.uint8)


def grid_of(size=(12, 16), source_size=(12, 16), **parameters):
    defaults = {"window": source_size, "zoom": (1.0, 1.0), "place": (0.5, 0.5), "angle": 0.0}
    parameters = {
        key: tf.constant(value, tf.float32) for key, value in (defaults | parameters).items()
    }
    window = tuple(float(side) for side in parameters.pop("window"))
    return sampling_grid(size=size, source_size=source_size, window=window, **parameters)


def pixels(grid):
    return np.floor(grid.y).astype(int), np.floor(grid.x).astype(int)


def test_without_any_change_the_points_are_the_centres_of_the_pixels():
    grid = grid_of()
    np.testing.assert_array_equal(grid.y, np.mgrid[:12, :16][0] + np.float32(0.5))
    np.testing.assert_array_equal(grid.x, np.mgrid[:12, :16][1] + np.float32(0.5))
    assert [float(step) for step in grid.steps] == [1, 1] and grid.largest_step == 1


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_quarter_turns_are_numpys(angle, turns):
    square = IDS[:12, :12]
    grid = grid_of(size=(12, 12), source_size=(12, 12), angle=angle)
    np.testing.assert_array_equal(square[pixels(grid)], np.rot90(square, turns))


def test_a_rotation_keeps_distances_to_the_centre():
    grid = grid_of(size=(5, 7), source_size=(25, 27), window=(5, 7), angle=30)
    y, x = grid.y.numpy() - 12.5, grid.x.numpy() - 13.5
    rows, columns = np.mgrid[-2:3, -3:4]
    np.testing.assert_allclose(np.hypot(y, x), np.hypot(rows, columns), atol=1e-5)
    # A point right of the centre sees what is below: 30 degrees anticlockwise.
    assert math.degrees(math.atan2(y[2, 6], x[2, 6])) == pytest.approx(30, abs=1e-3)


@pytest.mark.parametrize(("top", "left"), [(0.0, 0.0), (1.0, 1.0), (0.25, 0.5)])
def test_zoom_and_place_choose_a_window_of_the_picture(top, left):
    grid = grid_of(size=(6, 8), window=(12, 16), zoom=(2, 4), place=(top, left))
    rows = top * 6 + 6 * (np.arange(6) + 0.5) / 6
    columns = left * 12 + 4 * (np.arange(8) + 0.5) / 8
    np.testing.assert_allclose(grid.y, np.repeat(rows[:, None], 8, axis=1), atol=1e-5)
    np.testing.assert_allclose(grid.x, np.repeat(columns[None], 6, axis=0), atol=1e-5)
    np.testing.assert_allclose(grid.steps, [1, 0.5])
    assert grid.largest_step == 2


@pytest.mark.parametrize(("down", "right"), [(-3, 0), (9, -20), (-30, 40), (100, -100)])
def test_beyond_the_borders_the_picture_is_mirrored_as_numpy_pads(down, right):
    displacement = np.stack([np.full((12, 16), down), np.full((12, 16), right)])
    far = 128
    padded = np.pad(IDS, far, mode="symmetric")
    expected = padded[far + down :, far + right :][:12, :16]
    np.testing.assert_array_equal(IDS[pixels(grid_of(displacement=displacement))], expected)


def test_b_splines_are_averages_of_their_control_values_and_keep_straight_lines():
    weights = b_spline_weights(50)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    line = np.diff(weights @ np.arange(CONTROLS))
    np.testing.assert_allclose(line, 3 / 50, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_displacement_is_bounded_and_smooth_and_does_not_fold(seed):
    size, largest = (48, 64), 0.08 * 48
    down, right = smooth_displacement(size, largest=largest, seed=tf.constant([seed, 7])).numpy()
    assert max(np.abs(down).max(), np.abs(right).max()) <= largest
    assert np.abs(down).max() > largest / 20
    slopes = [np.gradient(field) for field in (down, right)]
    for across, along in slopes:
        assert np.abs(across).max() + np.abs(along).max() < 1
        assert np.abs(np.gradient(across, axis=0)).max() < 0.1
    determinant = (1 + slopes[0][0]) * (1 + slopes[1][1]) - slopes[0][1] * slopes[1][0]
    assert determinant.min() > 0


def test_displacements_are_centred():
    fields = [
        smooth_displacement((8, 8), largest=1.0, seed=tf.constant([seed, 0])).numpy()
        for seed in range(60)
    ]
    assert abs(np.mean(fields)) < 0.06
    assert 0.2 < np.std(fields) < 0.4  # 1 / sqrt(3) of each value, averaged by the spline
