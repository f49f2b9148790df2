"""Factories of convolution layers: stride 1, size kept, Xavier-normal kernels."""

import keras

from oasis_tf.layers.condition_conv import ConditionConv2D
from oasis_tf.layers.resampling_conv import ResamplingConv2D
from oasis_tf.layers.spectral_norm import SpectralConv2D

REFERENCE_GAIN = 0.02  # of the official OASIS runs


def xavier_normal(gain):
    """Normal, not truncated, standard deviation `gain * sqrt(2 / (fan_in + fan_out))`.

    Keras's `GlorotNormal` is truncated and has no gain.
    Reference: Glorot and Bengio 2010, eq. 12.
    """
    return keras.initializers.VarianceScaling(
        scale=gain**2, mode="fan_avg", distribution="untruncated_normal"
    )


def conv2d(
    filters,
    kernel_size,
    *,
    init_gain=REFERENCE_GAIN,
    spectral_norm=False,
    resample=None,
    use_bias=True,
    winograd=True,
    padding_mode="zeros",
    layer_class=None,
    dtype=None,
    name=None,
):
    """Returns a convolution layer, (b, h, w, c) -> (b, h, w, filters), biases starting at 0.

    Args:
        filters: int, number of output channels.
        kernel_size: int, side of the square kernel, odd.
        init_gain: float, gain of the initial kernel. A spectrally normalised kernel computes the
            same at any gain, but a smaller one turns faster under the same learning rate.
        spectral_norm: bool, divide the kernel by its largest singular value.
        resample: "up" to double the input's size first, "down" to halve the output's, or None.
        use_bias: bool.
        winograd, padding_mode: see `ResamplingConv2D`.
        layer_class: a subclass of `ResamplingConv2D`, or None for the one that `spectral_norm`
            selects.
        dtype: `keras.DTypePolicy` or its name.
    """
    layer_class = layer_class or (SpectralConv2D if spectral_norm else ResamplingConv2D)
    return layer_class(
        filters,
        kernel_size,
        resample=resample,
        winograd=winograd,
        padding_mode=padding_mode,
        padding="same",
        data_format="channels_last",
        use_bias=use_bias,
        kernel_initializer=xavier_normal(init_gain),
        dtype=dtype,
        name=name,
    )


def label_embedding_conv2d(channels, *, dtype=None, name=None):
    """Returns a 1x1 convolution layer, one-hot labels (b, h, w, k) -> (b, h, w, channels).

    Every class gets a vector. There is no bias, so the outside of the image stays zero, as the
    padding of one-hot labels is. The vectors start standard normal like the noise channels beside
    them: Xavier initialisation of the next convolution assumes inputs of equal variance.

    Args:
        channels: int, length of a class's vector.
        dtype: `keras.DTypePolicy` or its name.
    """
    return keras.layers.Conv2D(
        channels,
        1,
        use_bias=False,
        data_format="channels_last",
        kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
        dtype=dtype,
        name=name,
    )


def condition_conv2d(
    filters,
    *,
    init_gain=REFERENCE_GAIN,
    padding_mode="zeros",
    noise_gain=1.0,
    dtype=None,
    name=None,
):
    """Returns a 3x3 `ConditionConv2D`, initialised as by `conv2d`."""
    return ConditionConv2D(
        filters,
        3,
        padding="same",
        padding_mode=padding_mode,
        noise_gain=noise_gain,
        data_format="channels_last",
        kernel_initializer=xavier_normal(init_gain),
        dtype=dtype,
        name=name,
    )
