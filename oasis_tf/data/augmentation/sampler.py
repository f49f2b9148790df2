"""Samples pictures at the points of a grid."""

import math

import numpy as np
import tensorflow as tf

from oasis_tf.data.augmentation.sampling_grid import SamplingGrid
from oasis_tf.data.bicubic import keys_kernel


def sample_image(image: tf.Tensor, grid: SamplingGrid) -> tf.Tensor:
    """Bicubic interpolation. The kernel widens where the grid is coarser than the image.

    So a shrunken image is antialiased, as in `resize_bicubic`. Beyond its borders the image is
    mirrored.

    Args:
        image: uint8 (height, width, 3), each side at least 2 `grid.largest_step`.
        grid: of (h, w) points.
    Returns: float32 (h, w, 3), which may pass 0 and 255 at edges.
    """
    taps = 2 * math.ceil(2 * max(1.0, grid.largest_step))
    first_row, row_weights = _taps(grid.y, grid.steps[0], taps=taps)
    first_column, column_weights = _taps(grid.x, grid.steps[1], taps=taps)
    margin = taps // 2
    padded = tf.pad(image, [[margin, margin], [margin, margin], [0, 0]], "SYMMETRIC")
    width = padded.shape[1] - taps + 1
    # Each entry holds a pixel and its right neighbours, so that a point gathers `taps` entries.
    beside = tf.concat([padded[:, k : k + width] for k in range(taps)], axis=-1)
    beside = tf.reshape(beside, (-1, 3 * taps))
    place = first_row * width + first_column
    rows = tf.add_n(
        [
            tf.cast(tf.gather(beside, place + k * width), tf.float32) * weight
            for k, weight in enumerate(row_weights)
        ]
    )
    columns = tf.split(rows, taps, axis=1)
    pixels = tf.add_n([x * weight for x, weight in zip(columns, column_weights, strict=True)])
    return tf.reshape(pixels, (*grid.y.shape, 3))


def sample_label_map(label_map: tf.Tensor, grid: SamplingGrid) -> tf.Tensor:
    """The labels of the pixels in which the points lie.

    Args:
        label_map: int (height, width), or a panoptic map (height, width, 2).
        grid: of (h, w) points.
    Returns: (h, w), or (h, w, 2), its dtype kept.
    """
    height, width = label_map.shape[:2]
    row = tf.minimum(tf.cast(grid.y, tf.int32), height - 1)
    column = tf.minimum(tf.cast(grid.x, tf.int32), width - 1)
    pixels = tf.reshape(label_map, (height * width, *label_map.shape[2:]))
    return tf.gather(pixels, row * width + column)


def _taps(points: tf.Tensor, step: tf.Tensor, *, taps: int) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The pixels that each of n points sees along one axis.

    Args:
        points: float32 (h, w), in pixels.
        step: float32 scalar, pixels from one point to the next.
    Returns: the first pixel, int32 (n,), counted from `taps` / 2 pixels before the picture; the
        weights of the `taps` pixels, each float32 (n, 1).
    """
    to_centres = tf.reshape(points, (-1, 1)) - 0.5
    before = tf.floor(to_centres)  # the nearest pixel's centre that is not after the point
    offsets = np.arange(taps, dtype=np.float32) - (taps // 2 - 1)
    distance = (before - to_centres) + offsets
    weights = keys_kernel(distance * (1 / tf.maximum(step, 1.0)))
    weights *= 1 / tf.reduce_sum(weights, axis=1, keepdims=True)
    return tf.cast(before[:, 0], tf.int32) + 1, tf.split(weights, taps, axis=1)
