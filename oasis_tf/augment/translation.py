"""Translation of images, label maps and masks by whole pixels."""

import tensorflow as tf


def translate(x, shift):
    """Moves every image by its own number of pixels. What comes in from outside is 0.

    Args:
        x: number (b, h, w) or (b, h, w, c): images, label maps or masks.
        shift: int32 (b, 2), rows down and columns to the right, negative for up and left.
    Returns: as `x`, differentiable in it.

    ```python
    translate(image, [[0, 2]])  # two columns to the right; the first two are 0
    ```
    """
    shift = tf.convert_to_tensor(shift)
    for axis in (1, 2):
        source = tf.range(x.shape[axis]) - shift[:, axis - 1, None]
        is_inside = (source >= 0) & (source < x.shape[axis])
        source = tf.clip_by_value(source, 0, x.shape[axis] - 1)
        moved = tf.gather(x, source, axis=axis, batch_dims=1)
        ones = [1] * (len(x.shape) - 3)
        side = (1, x.shape[2]) if axis == 2 else (x.shape[1], 1)
        x = moved * tf.cast(tf.reshape(is_inside, (-1, *side, *ones)), moved.dtype)
    return x
