"""Where each pixel of an augmented pair is sampled: scale, crop, rotation and warp in one grid."""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.runtime import noise

INTERVALS = 3  # of the warp's spline, along each side
CONTROLS = INTERVALS + 3


@dataclass(frozen=True)
class SamplingGrid:
    """Points of a picture, in its pixels: pixel (i, j) covers [i, i + 1) x [j, j + 1).

    Attributes:
        y, x: float32 (h, w), in [0, height] and [0, width] of the picture.
        steps: two float32 scalars, the picture's rows and columns from one point to the next.
        largest_step: float, a bound of `steps` over all draws.
    """

    y: tf.Tensor
    x: tf.Tensor
    steps: tuple[tf.Tensor, tf.Tensor]
    largest_step: float


def sampling_grid(
    *,
    size: tuple[int, int],
    source_size: tuple[int, int],
    window: tuple[float, float],
    zoom: tuple[tf.Tensor, tf.Tensor],
    place: tuple[tf.Tensor, tf.Tensor],
    angle: tf.Tensor,
    displacement: tf.Tensor | None = None,
) -> SamplingGrid:
    """A window of the picture, turned about its centre. Points outside of the picture are mirrored.

    Args:
        size: (h, w) of the grid.
        source_size: (height, width) of the picture.
        window: (height, width) of the window at zoom 1, in pixels of the picture.
        zoom: enlargement of height and width, float32 scalars >= 1.
        place: of the window between top and bottom, and left and right: float32 scalars in [0, 1).
        angle: float32 scalar, degrees, anticlockwise as one sees the picture.
        displacement: float32 (2, h, w) in points of the grid, or None.
    """
    from_centre = [
        tf.constant(np.arange(side, dtype=np.float32) + np.float32(0.5 - side / 2)) for side in size
    ]
    y, x = from_centre[0][:, None], from_centre[1][None]
    if displacement is not None:
        y, x = y + displacement[0], x + displacement[1]
    cosine, sine = tf.cos(angle * (math.pi / 180)), tf.sin(angle * (math.pi / 180))
    turned = (cosine * y + sine * x, cosine * x - sine * y)
    points, steps = [], []
    for axis in (0, 1):
        visible = window[axis] / zoom[axis]
        steps.append(visible * (1 / size[axis]))
        centre = place[axis] * (source_size[axis] - visible) + visible / 2
        points.append(_mirrored(centre + steps[axis] * turned[axis], source_size[axis]))
    largest = max(window[axis] / size[axis] for axis in (0, 1))
    return SamplingGrid(*points, steps=tuple(steps), largest_step=largest)


def smooth_displacement(size: tuple[int, int], *, largest: float, seed: tf.Tensor) -> tf.Tensor:
    """A random displacement: a cubic B-spline with `CONTROLS` x `CONTROLS` uniform control values.

    B-splines are averages of their control values, so no displacement is larger than theirs. The
    derivative along a side is at most 2 `largest` `INTERVALS` / side. Below `largest` = side / 12
    no row of the Jacobian outweighs the identity, so the picture does not fold.

    Args:
        size: (h, w).
        largest: float, of each component, in points of the grid.
        seed: int (2,).
    Returns: float32 (2, h, w): down and to the right.
    """
    controls = noise.uniform((2, CONTROLS, CONTROLS), seed=seed) * (2 * largest) - largest
    rows, columns = (b_spline_weights(side) for side in size)
    return tf.matmul(rows, tf.matmul(controls, columns.T))


def b_spline_weights(side: int) -> np.ndarray:
    """The weight of each control value at each pixel: float32 (side, CONTROLS), rows sum to 1."""
    position = (np.arange(side) + 0.5) * INTERVALS / side
    interval = position.astype(int)
    t = position - interval
    pieces = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (t + t**2 - t**3) + 1, t**3]
    weights = np.zeros((side, CONTROLS), np.float32)
    for offset, piece in enumerate(pieces):
        weights[np.arange(side), interval + offset] = piece / 6
    return weights


def _mirrored(x: tf.Tensor, length: int) -> tf.Tensor:
    """Coordinates folded into [0, length] at the borders, as numpy's padding "symmetric"."""
    return length - tf.abs(tf.math.floormod(x, 2.0 * length) - length)
