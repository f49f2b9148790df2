"""Pillow's bicubic resize as a few small matrix products."""

import numpy as np
import tensorflow as tf

BLOCK = 16  # new pixels of one product: a compromise of zeros in the matrix and its size

# (BLOCK, 9 BLOCK): a row of BLOCK weights times this is 3 rows of 3 BLOCK, one for each colour.
THREEFOLD = np.float32(np.einsum("bB,cC->bcBC", np.eye(BLOCK), np.eye(3)).reshape(BLOCK, -1))


def resize_bicubic(image: tf.Tensor, *, size: tuple[int, int]) -> tf.Tensor:
    """Resizes as `PIL.Image.resize(size, BICUBIC)`, whose images the reference was trained on.

    As there, the kernel widens when shrinking (antialiasing), rows are resized before columns, and
    the result in between is rounded to 8 bits. Pillow calculates in fixed-point numbers, so some
    values in 10,000 differ by one level, very few by two. `tf.image.resize` does not round in
    between, differs by up to 3 levels, and takes nearly twice as long.

    A new pixel is a weighted sum of the old ones near it. `BLOCK` neighbouring new pixels need
    about the same old ones, so their weights make up a small matrix that is almost dense.

    Args:
        image: uint8 (h, w, 3).
        size: (height, width).
    Returns: uint8 (*size, 3).
    """
    height, width = tf.unstack(tf.shape(image)[:2])
    narrow = _resize_width(tf.reshape(image, (height, 3 * width)), old=width, new=size[1])
    return tf.reshape(_resize_height(narrow, new=size[0]), (*size, 3))


def _resize_width(rows: tf.Tensor, *, old: tf.Tensor, new: int) -> tf.Tensor:
    """uint8 (h, 3 old) of red, green, blue, red, ... to uint8 (h, 3 new)."""
    first, weights = _blocks_of_weights(old, new)
    num_blocks, taps = -(-new // BLOCK), tf.shape(weights)[1]
    # Each weight becomes a 3x3 unit matrix times it, for the three colours.
    weights = tf.matmul(tf.reshape(weights, (-1, BLOCK)), THREEFOLD)
    weights = tf.reshape(weights, (num_blocks, 3 * taps, 3 * BLOCK))
    corners = tf.stack([tf.zeros_like(first), 3 * first], axis=1)
    size = tf.stack([tf.shape(rows)[0], 3 * taps])
    blocks = [
        tf.matmul(tf.cast(tf.slice(rows, corner, size), tf.float32), matrix)
        for corner, matrix in zip(
            tf.unstack(corners, num=num_blocks), tf.unstack(weights, num=num_blocks), strict=True
        )
    ]
    return to_grey_levels(tf.concat(blocks, axis=1))[:, : 3 * new]


def _resize_height(rows: tf.Tensor, *, new: int) -> tf.Tensor:
    """uint8 (h, n) to uint8 (new, n)."""
    first, weights = _blocks_of_weights(tf.shape(rows)[0], new)
    seen = tf.gather(rows, first[:, None] + tf.range(tf.shape(weights)[1]))
    resized = tf.matmul(weights, tf.cast(seen, tf.float32), transpose_a=True)
    return tf.reshape(to_grey_levels(resized), (-1, tf.shape(rows)[1]))[:new]


def _blocks_of_weights(old: tf.Tensor, new: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The weights of the old pixels in each new one, along one axis.

    Args:
        old, new: number of pixels; `old` an int32 scalar.
    Returns: the first old pixel that each block sees, int32 (blocks,); weights float32
        (blocks, taps, BLOCK). Where `BLOCK` does not divide `new`, the last pixel is repeated.
    """
    pixels = np.minimum(np.arange(-(-new // BLOCK) * BLOCK), new - 1).reshape(-1, BLOCK)
    # With a reciprocal, as a graph's optimizer replaces a division: the same result everywhere.
    step = tf.cast(old, tf.float64) * (1 / new)
    width = tf.maximum(step, 1.0)
    centres = (pixels + 0.5) * step - 0.5
    taps = tf.cast(tf.math.ceil((BLOCK - 1) * step + 4 * width), tf.int32) + 1
    taps = tf.minimum(taps, old)
    first = tf.clip_by_value(tf.cast(centres[:, 0] - 2 * width, tf.int32), 0, old - taps)
    to_first = tf.cast(tf.cast(first[:, None], tf.float64) - centres, tf.float32)
    distance = to_first[:, None, :] + tf.range(tf.cast(taps, tf.float32))[:, None]
    weights = keys_kernel(distance / tf.cast(width, tf.float32))
    return first, weights / tf.reduce_sum(weights, axis=1, keepdims=True)


def keys_kernel(distance: tf.Tensor) -> tf.Tensor:
    """The cubic of Keys 1981, "Cubic convolution interpolation", eq. 15 (a = -1/2).

    Its outer piece, on 1 <= |d| < 2, is (1 - |d|) (2 - |d|)^2 / 2. The inner one is that, and
    (2 |d| - 1) (1 - |d|)^2 on top.
    """
    d = tf.minimum(tf.abs(distance), 2.0)
    return (1 - d) * tf.square(2 - d) / 2 + (2 * d - 1) * tf.square(tf.nn.relu(1 - d))


def to_grey_levels(x: tf.Tensor) -> tf.Tensor:
    """Rounds and clips: float32 to uint8, in one pass over the memory."""
    quantized = tf.raw_ops.QuantizeV2(
        input=x,
        min_range=0.0,
        max_range=255.0,
        T=tf.quint8,
        mode="SCALED",
        round_mode="HALF_AWAY_FROM_ZERO",
    )
    return tf.bitcast(quantized.output, tf.uint8)
