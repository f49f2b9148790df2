"""The 3x3 convolution of noise and label map."""

import keras
from keras import ops

from oasis_tf.layers import portable


@keras.saving.register_keras_serializable(package="oasis_tf")
class ConditionConv2D(keras.layers.Conv2D):
    """A 3x3 convolution that takes a noise vector without repeating it over the image.

    The contribution of a noise vector is the same at all inner pixels. With zeros outside it
    differs only where the kernel crosses a border, so a 3x3 map contains all its values. With 64
    noise channels of 215, this saves 30% of the multiply-adds and gives the same result.

    Args: those of `keras.layers.Conv2D`; kernel_size 3, padding "same"; and
        padding_mode: see `ResamplingConv2D`.
        noise_gain: float, factor of the initial kernel of the noise channels.
    Call:
        condition: float (b, h, w, k), or (b, h, w, k - n) with `noise`.
        noise: float (b, n), the first n channels of a condition that are the same everywhere.
    Returns: float (b, h, w, filters).
    """

    def __init__(self, filters, kernel_size, *, padding_mode="zeros", noise_gain=1.0, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        self.padding_mode = padding_mode
        self.noise_gain = noise_gain

    def build(self, condition_shape, noise_shape=None):
        noise_channels = noise_shape[-1] if noise_shape else 0
        super().build((*condition_shape[:-1], condition_shape[-1] + noise_channels))
        if noise_channels and self.noise_gain != 1.0:
            of_noise, of_labels = ops.split(self.kernel, [noise_channels], axis=2)
            self.kernel.assign(ops.concatenate([of_noise * self.noise_gain, of_labels], axis=2))
        self.input_spec = None  # Keras would refuse a condition without its noise channels

    def call(self, condition, noise=None):
        if noise is None:
            return super().call(condition)
        of_noise, of_labels = ops.split(self.kernel, [noise.shape[-1]], axis=2)
        labels = ops.add(self.convolution_op(condition, of_labels), self.bias)
        if self.padding_mode == "replicate":
            return labels + ops.matmul(noise, ops.sum(of_noise, axis=(0, 1)))[:, None, None, :]
        height, width = condition.shape[1:3]
        small = ops.tile(noise[:, None, None, :], (1, min(3, height), min(3, width), 1))
        small = self.convolution_op(small, of_noise)
        return labels + _stretch(_stretch(small, height, axis=1), width, axis=2)

    def convolution_op(self, inputs, kernel):
        if self.padding_mode == "zeros":
            return super().convolution_op(inputs, kernel)
        return portable.convolve(inputs, kernel, padding=self.padding_mode)

    def compute_output_shape(self, condition_shape, noise_shape=None):
        return (*condition_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "padding_mode": self.padding_mode,
            "noise_gain": self.noise_gain,
        }


def _stretch(x, length, *, axis):
    """Repeats the middle of three entries along `axis`, to `length` entries."""
    if length <= 3:
        return x
    first, middle, last = ops.split(x, 3, axis=axis)
    repeats = [length - 2 if i == axis else 1 for i in range(4)]
    return ops.concatenate([first, ops.tile(middle, repeats), last], axis=axis)
