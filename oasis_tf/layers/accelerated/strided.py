"""A 3x3 convolution after doubling, or before halving, the size: one convolution with stride 2.

Each output pixel of a convolution of a doubled map is a sum over few input pixels, each times the
sum of several kernel values. The mean over a 2x2 square of outputs is one output of the mean of
shifted kernels. In both cases the 3x3 kernel, convolved with a 2x2 square of ones, is a 4x4 kernel
with stride 2: 4/9 of the multiply-adds and the same result, in training and in inference.
"""

import tensorflow as tf

# Pixels of the smaller map from which it is faster; below, computing the 4x4 kernel costs more than
# it saves (2 cores, forward and backward: 2.2x faster at 128x128, 1.3x at 32x32, 0.6x at 16x16).
WORTHWHILE_PIXELS = 1024


def is_worthwhile(inputs, *, resample):
    """Whether `convolve` is faster than a resampling and a convolution."""
    batch, height, width, _ = inputs.shape
    pixels = (batch or 1) * (height or 0) * (width or 0)
    return (pixels if resample == "up" else pixels // 4) >= WORTHWHILE_PIXELS


def convolve(inputs, kernel, *, resample):
    """Resampling and 3x3 convolution with zero padding in one.

    Args:
        inputs: float (b, h, w, c), height and width known.
        kernel: float (3, 3, c, filters).
        resample: "up" or "down".
    Returns: float (b, 2h, 2w, filters) or (b, h/2, w/2, filters).
    """
    if resample == "down":
        return tf.nn.conv2d(inputs, _spread(kernel) / 4.0, strides=2, padding="SAME")
    _, height, width, _ = inputs.shape
    size = (tf.shape(inputs)[0], 2 * height, 2 * width, kernel.shape[-1])
    kernel = tf.transpose(tf.reverse(kernel, axis=(0, 1)), (0, 1, 3, 2))
    return tf.nn.conv2d_transpose(inputs, _spread(kernel), size, strides=2, padding="SAME")


def _spread(kernel):
    """(3, 3, a, b) -> (4, 4, a, b): the sum of the kernel shifted by 0 and 1 in both directions."""
    shifts = [(i, j) for i in (0, 1) for j in (0, 1)]
    return tf.add_n([tf.pad(kernel, ((i, 1 - i), (j, 1 - j), (0, 0), (0, 0))) for i, j in shifts])
