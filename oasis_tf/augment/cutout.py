"""Cut-out: a rectangle of the image is removed."""

import tensorflow as tf


def cut_out(x, first, size):
    """Sets a rectangle of every image to 0. Parts of it may lie outside of the image.

    Args:
        x: number (b, h, w) or (b, h, w, c): images, label maps or masks.
        first: int32 (b, 2), row and column of the rectangle's first pixel.
        size: int32 (b, 2), its height and width; 0 leaves the image as it is.
    Returns: as `x`, differentiable in it.
    Reference: DeVries and Taylor 2017, arXiv:1708.04552.

    ```python
    cut_out(image, [[0, 0]], [[2, 3]])  # the corner of two rows and three columns
    ```
    """
    first, size = tf.convert_to_tensor(first), tf.convert_to_tensor(size)
    rows, columns = (
        (place >= first[:, axis, None]) & (place < (first + size)[:, axis, None])
        for axis, place in enumerate((tf.range(x.shape[1]), tf.range(x.shape[2])))
    )
    is_left = ~(rows[:, :, None] & columns[:, None, :])
    is_left = tf.reshape(is_left, (-1, *x.shape[1:3], *[1] * (len(x.shape) - 3)))
    return x * tf.cast(is_left, x.dtype)
