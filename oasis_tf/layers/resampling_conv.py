"""A 3x3 convolution after doubling, or before halving, the size: one convolution with stride 2.

A pixel that was repeated in a 2x2 square is seen through sums of the kernel's taps, and the mean of
a 2x2 square of outputs is one output of a mean of shifted kernels. Either way the 3x3 kernel,
convolved with a 2x2 square of ones, becomes a 4x4 kernel with stride 2: 4/9 of the multiply-adds,
the same numbers, in training and in inference.
"""

import keras
import tensorflow as tf

from oasis_tf.layers.resample import downsample, upsample
from oasis_tf.layers.spectral_norm import SpectralConv2D
from oasis_tf.layers.winograd import WinogradConv2D

# Pixels of the smaller map from which it pays; below, making the 4x4 kernel costs more than it
# saves (2 cores, forward and backward: 2.2x faster at 128x128, 1.3x at 32x32, 0.6x at 16x16).
WORTHWHILE_PIXELS = 1024


@keras.saving.register_keras_serializable(package="oasis_tf")
class UpsampleConv2D(WinogradConv2D):
    """Nearest-neighbour doubling, then a 3x3 convolution, as one transposed convolution.

    Args: those of `WinogradConv2D`; kernel_size 3, padding "same".
    Input shape: (b, h, w, c). Output shape: (b, 2h, 2w, filters).
    """

    def convolution_op(self, inputs, kernel):
        batch, height, width, _ = inputs.shape
        if not _is_worthwhile(batch, height, width):
            return super().convolution_op(upsample(inputs), kernel)
        kernel = tf.transpose(tf.reverse(kernel, axis=(0, 1)), (0, 1, 3, 2))
        size = (tf.shape(inputs)[0], 2 * height, 2 * width, self.filters)
        return tf.nn.conv2d_transpose(inputs, _spread(kernel), size, strides=2, padding="SAME")

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height and 2 * height, width and 2 * width, self.filters)


@keras.saving.register_keras_serializable(package="oasis_tf")
class DownsampleConv2D(WinogradConv2D):
    """A 3x3 convolution, then the mean of each 2x2 square, as one convolution with stride 2.

    Args: those of `WinogradConv2D`; kernel_size 3, padding "same".
    Input shape: (b, 2h, 2w, c). Output shape: (b, h, w, filters).
    """

    def convolution_op(self, inputs, kernel):
        batch, height, width, _ = inputs.shape
        if not _is_worthwhile(batch, height and height // 2, width and width // 2):
            return downsample(super().convolution_op(inputs, kernel))
        return tf.nn.conv2d(inputs, _spread(kernel) / 4.0, strides=2, padding="SAME")

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height and height // 2, width and width // 2, self.filters)


@keras.saving.register_keras_serializable(package="oasis_tf")
class SpectralUpsampleConv2D(SpectralConv2D, UpsampleConv2D):
    """`UpsampleConv2D` with the kernel of `SpectralConv2D`."""


@keras.saving.register_keras_serializable(package="oasis_tf")
class SpectralDownsampleConv2D(SpectralConv2D, DownsampleConv2D):
    """`DownsampleConv2D` with the kernel of `SpectralConv2D`."""


def _is_worthwhile(batch, height, width):
    return (batch or 1) * (height or 0) * (width or 0) >= WORTHWHILE_PIXELS


def _spread(kernel):
    """(3, 3, a, b) -> (4, 4, a, b): the sum of the kernel shifted by 0 and 1 in both directions."""
    shifts = [(i, j) for i in (0, 1) for j in (0, 1)]
    return tf.add_n([tf.pad(kernel, ((i, 1 - i), (j, 1 - j), (0, 0), (0, 0))) for i, j in shifts])
