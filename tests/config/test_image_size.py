"""Sizes near one that does not fit."""

import pytest

from oasis_tf.config.image_size import near_sizes


@pytest.mark.parametrize(
    ("size", "multiple", "near"),
    [
        ((32, 64), 32, [(32, 64)]),
        ((33, 32), 4, [(32, 32), (36, 32)]),
        ((3, 100), 8, [(8, 96), (8, 104)]),
        ((0, 8), 8, [(8, 8)]),
    ],
)
def test_near_sizes_are_positive_multiples_on_either_side(size, multiple, near):
    assert near_sizes(size, multiple) == near
