"""Pixels as the networks of features take them."""

import tensorflow as tf


def unit_range(images, *, network):
    """Images as float32 in [0, 1].

    Args:
        images: (b, h, w, 3), uint8, or float in [0, 1].
        network: str, for the error.
    Raises: tf.errors.InvalidArgumentError for floats in another range, as [-1, 1] or 0..255, whose
        features would look like any others.
    """
    images = tf.convert_to_tensor(images)
    if images.dtype == tf.uint8:
        return tf.cast(images, tf.float32) / 255.0
    tf.debugging.Assert(
        tf.logical_not(tf.reduce_any(tf.abs(images - 0.5) > 0.51)),
        [
            f"{network} takes float images in [0, 1]; got",
            tf.reduce_min(images),
            "to",
            tf.reduce_max(images),
        ],
    )
    return tf.cast(images, tf.float32)
