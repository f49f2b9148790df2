"""Other brightness, contrast, saturation and hue of an image, as one affine map of its colours."""

import math

import numpy as np
import tensorflow as tf

LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
IN_PHASE = np.array([0.596, -0.274, -0.322])  # NTSC's axes of chroma
QUADRATURE = np.array([0.211, -0.523, 0.312])

_TO_YIQ = np.stack([LUMA, IN_PHASE, QUADRATURE])
GREY = np.float32(np.outer(np.ones(3), LUMA))  # a colour to its grey
CHROMA = np.float32(np.eye(3) - GREY)  # a colour to what is left
_QUARTER_TURN = np.array([[0, 0, 0], [0, 0, -1], [0, 1, 0]])
TURNED_CHROMA = np.float32(np.linalg.inv(_TO_YIQ) @ _QUARTER_TURN @ _TO_YIQ)  # at hue + 90 degrees


def jitter_colors(
    pixels: tf.Tensor,
    *,
    of: tf.Tensor,
    brightness: tf.Tensor,
    contrast: tf.Tensor,
    saturation: tf.Tensor,
    hue: tf.Tensor,
) -> tf.Tensor:
    """Turns the hue, then scales saturation, contrast and brightness.

    Hue and saturation keep the luma of BT.601. Contrast scales the distance from the mean luma of
    the whole image. The mean is a sum of integers, so it does not depend on the order of summation.

    Args:
        pixels: uint8 or float32 (h, w, 3), 0 to 255.
        of: uint8 (height, width, 3), the image with the mean luma.
        brightness, contrast, saturation: float32 scalars, factors >= 0.
        hue: float32 scalar, degrees.
    Returns: float32 (h, w, 3), which may pass 0 and 255.
    """
    angle = hue * (math.pi / 180)
    chroma = tf.cos(angle) * CHROMA + tf.sin(angle) * TURNED_CHROMA
    gain = brightness * contrast
    matrix = gain * (GREY + saturation * chroma)
    offset = (brightness - gain) * _mean_luma(of)
    flat = tf.reshape(tf.cast(pixels, tf.float32), (-1, 3))
    return tf.reshape(tf.matmul(flat, matrix, transpose_b=True) + offset, tf.shape(pixels))


def _mean_luma(image):
    sums = tf.reduce_sum(tf.cast(image, tf.int64), axis=(0, 1))
    count = image.shape[0] * image.shape[1]
    return tf.reduce_sum(tf.cast(sums, tf.float32) * np.float32(LUMA / count))
