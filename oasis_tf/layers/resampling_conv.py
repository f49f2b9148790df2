"""A convolution with stride 1 that may double the size before, or halve it behind."""

import keras

from oasis_tf.layers import strategies


@keras.saving.register_keras_serializable(package="oasis_tf")
class ResamplingConv2D(keras.layers.Conv2D):
    """A convolution with stride 1, channels last, computed as is fastest on Keras's backend.

    Args: those of `keras.layers.Conv2D` but strides, dilation and groups; and
        resample: "up" for nearest-neighbour doubling before the convolution, "down" for the mean of
            each 2x2 square behind it, or None.
        winograd: bool, allow Winograd's algorithm, see `oasis_tf.layers.accelerated.winograd`.
        padding_mode: what lies outside of the image, "zeros" or "replicate", the outermost pixels.
    Input shape: (b, h, w, c).
    Output shape: that of `keras.layers.Conv2D`, height and width doubled or halved.
    """

    def __init__(
        self, filters, kernel_size, *, resample=None, winograd=True, padding_mode="zeros", **kwargs
    ):
        super().__init__(filters, kernel_size, **kwargs)
        self.resample = resample
        self.winograd = winograd
        self.padding_mode = padding_mode

    def convolution_op(self, inputs, kernel):
        return strategies.convolve(
            inputs,
            kernel,
            padding="replicate" if self.padding_mode == "replicate" else self.padding,
            resample=self.resample,
            winograd=self.winograd,
        )

    def compute_output_shape(self, input_shape):
        batch, height, width, filters = super().compute_output_shape(input_shape)
        if self.resample == "up":
            return (batch, height and 2 * height, width and 2 * width, filters)
        if self.resample == "down":
            return (batch, height and height // 2, width and width // 2, filters)
        return (batch, height, width, filters)

    def get_config(self):
        return {
            **super().get_config(),
            "resample": self.resample,
            "winograd": self.winograd,
            "padding_mode": self.padding_mode,
        }
