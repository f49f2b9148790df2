"""Translation, cut-out and colour, against values worked by hand, and their gradients."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.augment.color import change_color
from oasis_tf.augment.cutout import cut_out
from oasis_tf.augment.translation import translate

MAP = np.int32([[[1, 2, 3], [4, 5, 6]]])


@pytest.mark.parametrize(
    ("shift", "moved"),
    [
        ((0, 0), [[1, 2, 3], [4, 5, 6]]),
        ((1, 0), [[0, 0, 0], [1, 2, 3]]),
        ((0, -2), [[3, 0, 0], [6, 0, 0]]),
        ((-1, 1), [[0, 4, 5], [0, 0, 0]]),
        ((0, 3), [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_translation_moves_down_and_to_the_right_and_fills_with_0(shift, moved):
    result = translate(MAP, np.int32([shift]))
    assert result.dtype == tf.int32
    np.testing.assert_array_equal(result, [moved])


@pytest.mark.parametrize(
    ("first", "size", "left"),
    [
        ((0, 0), (0, 0), [[1, 2, 3], [4, 5, 6]]),
        ((0, 1), (1, 2), [[1, 0, 0], [4, 5, 6]]),
        ((-1, -1), (2, 2), [[0, 2, 3], [4, 5, 6]]),
        ((1, 2), (5, 5), [[1, 2, 3], [4, 5, 0]]),
    ],
)
def test_cut_out_sets_a_rectangle_to_0(first, size, left):
    result = cut_out(MAP, np.int32([first]), np.int32([size]))
    assert result.dtype == tf.int32
    np.testing.assert_array_equal(result, [left])


def test_every_image_has_its_own_shift_and_rectangle_for_all_its_channels():
    x = np.random.default_rng(0).standard_normal((2, 2, 3, 4)).astype(np.float32)
    moved = translate(x, np.int32([[0, 1], [-1, 0]]))
    np.testing.assert_array_equal(moved[0, :, 1:], x[0, :, :2])
    np.testing.assert_array_equal(moved[1, 0], x[1, 1])
    cut = cut_out(x, np.int32([[0, 0], [1, 2]]), np.int32([[1, 1], [1, 1]])).numpy()
    assert [tuple(place) for place in np.argwhere((cut == 0).all(-1))] == [(0, 0, 0), (1, 1, 2)]
    np.testing.assert_array_equal(cut[cut != 0], x[cut != 0])


def test_color_worked_by_hand():
    """Two pixels (0, 0.3, 0.6) and (-0.6, -0.6, -0.6)."""
    image = np.float32([[[[0, 0.3, 0.6], [-0.6, -0.6, -0.6]]]])

    def changed(**change):
        neutral = {"brightness": [0.0], "saturation": [1.0], "contrast": [1.0]}
        return change_color(image, **neutral | change).numpy()

    def assert_equal(result, pixels):
        np.testing.assert_allclose(result, np.float32([[pixels]]), atol=1e-6)

    assert_equal(changed(), image[0, 0])
    assert_equal(changed(brightness=[0.5]), [(0.5, 0.8, 1.1), (-0.1, -0.1, -0.1)])
    assert_equal(changed(saturation=[0.0]), [(0.3, 0.3, 0.3), (-0.6, -0.6, -0.6)])
    assert_equal(changed(saturation=[2.0]), [(-0.3, 0.3, 0.9), (-0.6, -0.6, -0.6)])
    # The mean of all values is -0.15.
    assert_equal(changed(contrast=[2.0]), [(0.15, 0.75, 1.35), (-1.05, -1.05, -1.05)])


@pytest.mark.parametrize(
    "transform",
    [
        lambda x: translate(x, [[1, -2], [0, 1]]),
        lambda x: cut_out(x, [[0, 1], [2, 2]], [[2, 2], [3, 1]]),
        lambda x: change_color(
            x, brightness=[0.3, -0.2], saturation=[1.7, 0.2], contrast=[0.6, 1.4]
        ),
    ],
    ids=["translation", "cut-out", "colour"],
)
def test_the_gradient_is_that_of_finite_differences(transform):
    """All three are affine, so the difference along any direction is exact."""
    rng = np.random.default_rng(0)
    x, direction, weights = rng.standard_normal((3, 2, 4, 5, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        variable = tf.Variable(x)
        loss = tf.reduce_sum(weights * transform(variable))
    gradient = tf.convert_to_tensor(tape.gradient(loss, variable)).numpy()
    difference = np.sum(weights * (transform(x + direction) - transform(x)), dtype=np.float64)
    assert abs(difference) > 0.1
    assert np.sum(gradient * direction) == pytest.approx(difference, rel=1e-4)
