"""Halving and doubling the resolution."""

from keras import ops


def upsample(x):
    """Nearest-neighbour doubling, (b, h, w, c) -> (b, 2h, 2w, c)."""
    return ops.image.resize(x, (2 * x.shape[1], 2 * x.shape[2]), interpolation="nearest")


def downsample(x):
    """Mean of each 2x2 square, (b, 2h, 2w, c) -> (b, h, w, c)."""
    return ops.average_pool(x, 2, strides=2)
