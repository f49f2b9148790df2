"""The copies of a generator at other weights of an image's own moments."""

import numpy as np
from tiny import tiny_generator, tiny_pairs, tiny_z

from benchmarks.inference_statistics import brightness, painted, with_own_moments


def test_a_copy_differs_by_the_weight_alone():
    generator = tiny_generator()
    _, label_map = tiny_pairs(2)
    copy = with_own_moments(generator, 0.5)
    assert (generator.own_moments, copy.own_moments) == (0, 0.5)
    for one, other in zip(generator.weights, copy.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    images = painted(copy, label_map, tiny_z(2))
    again = painted(with_own_moments(copy, 0), label_map, tiny_z(2))
    np.testing.assert_array_equal(again, painted(generator, label_map, tiny_z(2)))
    assert images.dtype == np.uint8 and np.any(images != again)


def test_brightness_of_black_and_white():
    images = np.stack([np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)])
    assert brightness(images) == ["0.000", "1.000", "-1.000", "1.000"]
