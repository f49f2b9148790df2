"""Residual blocks of the generator and of the discriminator.

Convolutions with spectral normalisation get `training` from Keras's call context, so they are
called like plain ones.
"""

import keras

from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.convolution import REFERENCE_GAIN, conv2d
from oasis_tf.layers.pixel_noise import PixelNoise
from oasis_tf.layers.resample import downsample, upsample
from oasis_tf.layers.spade import SPADE


@keras.saving.register_keras_serializable(package="oasis_tf")
class SPADEResBlock(keras.layers.Layer):
    """Two SPADE-normalised convolutions around a skip; the skip is learned if widths differ.

    Args:
        filters: int, output channels. The middle width is min(input channels, filters).
        norm, hidden_channels, own_moments: see `SPADE`.
        spectral_norm: bool, normalise the convolutions of the block (never those of SPADE).
        init_gain: float, see `conv2d`.
        winograd, padding_mode: see `ResamplingConv2D`.
        noise_gain: see `ConditionConv2D`.
        pixel_noise: bool, add noise of every pixel after the first convolution, see `PixelNoise`.
    Call: see `SPADE`, and
        z: float, the noise of `PixelNoise`: `noise`, or the noise map that `condition` begins with.
    Returns: float (b, h, w, filters).
    Reference: Park et al. 2019, arXiv:1903.07291, fig. 4; Schönfeld et al. 2021, table A.1.
    """

    def __init__(
        self,
        filters,
        norm="batch",
        hidden_channels=128,
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        winograd=True,
        padding_mode="zeros",
        noise_gain=1.0,
        pixel_noise=False,
        own_moments=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.norm = norm
        self.hidden_channels = hidden_channels
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        self.winograd = winograd
        self.padding_mode = padding_mode
        self.noise_gain = noise_gain
        self.own_moments = own_moments
        self.pixel_noise = PixelNoise(dtype=self.dtype_policy) if pixel_noise else None

    def build(self, x_shape, condition_shape, noise_shape=None):
        channels = x_shape[-1]
        middle = min(channels, self.filters)
        self.norm_0, self.conv_0 = self._normalized_conv("0", middle, 3)
        self.norm_1, self.conv_1 = self._normalized_conv("1", self.filters, 3)
        self.norm_s = self.conv_s = None
        if channels != self.filters:
            self.norm_s, self.conv_s = self._normalized_conv("s", self.filters, 1, use_bias=False)
            self.norm_s.build(x_shape, condition_shape, noise_shape)
            self.conv_s.build(x_shape)
        middle_shape = (*x_shape[:-1], middle)
        self.norm_0.build(x_shape, condition_shape, noise_shape)
        self.conv_0.build(x_shape)
        if self.pixel_noise is not None:
            self.pixel_noise.build(middle_shape, noise_shape)
        self.norm_1.build(middle_shape, condition_shape, noise_shape)
        self.conv_1.build(middle_shape)

    def _normalized_conv(self, suffix, filters, kernel_size, use_bias=True):
        spade = SPADE(
            self.norm,
            hidden_channels=self.hidden_channels,
            init_gain=self.init_gain,
            padding_mode=self.padding_mode,
            noise_gain=self.noise_gain,
            own_moments=self.own_moments,
            dtype=self.dtype_policy,
            name=f"norm_{suffix}",
        )
        conv = conv2d(
            filters,
            kernel_size,
            init_gain=self.init_gain,
            spectral_norm=self.spectral_norm,
            use_bias=use_bias,
            winograd=self.winograd,
            padding_mode=self.padding_mode,
            dtype=self.dtype_policy,
            name=f"conv_{suffix}",
        )
        return spade, conv

    def call(self, x, condition, noise=None, z=None, neighbourhoods=None, training=False):
        labels = (condition, noise)
        others = {"neighbourhoods": neighbourhoods, "training": training}
        shortcut = x
        if self.conv_s is not None:
            shortcut = self.conv_s(self.norm_s(x, *labels, **others))
        x = self.conv_0(leaky_relu(self.norm_0(x, *labels, **others)))
        if self.pixel_noise is not None:
            x = self.pixel_noise(x, z)
        return shortcut + self.conv_1(leaky_relu(self.norm_1(x, *labels, **others)))

    def compute_output_shape(self, x_shape, condition_shape, noise_shape=None):
        return (*x_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "norm": self.norm,
            "hidden_channels": self.hidden_channels,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
            "winograd": self.winograd,
            "padding_mode": self.padding_mode,
            "noise_gain": self.noise_gain,
            "pixel_noise": self.pixel_noise is not None,
            "own_moments": self.own_moments,
        }


@keras.saving.register_keras_serializable(package="oasis_tf")
class DiscriminatorResBlock(keras.layers.Layer):
    """Two convolutions around a skip, at half or at twice the resolution.

    A 1x1 shortcut commutes with nearest up-sampling and with average pooling, so it always runs
    on the smaller of the two sizes: the same numbers for a quarter of the work.

    Args:
        filters: int, output channels.
        resample: "down" or "up".
        activate_input: bool, leaky ReLU before the first convolution (not on the image itself).
        spectral_norm: bool.
        init_gain: float, see `conv2d`.
    Input shape: (b, h, w, c). Output shape: (b, h/2, w/2, filters) or (b, 2h, 2w, filters).
    Reference: Schönfeld et al. 2021, arXiv:2012.04781, table A.2.
    """

    def __init__(
        self,
        filters,
        resample,
        activate_input=True,
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if resample not in ("down", "up"):
            raise ValueError(f'resample must be "down" or "up"; got {resample!r}.')
        self.filters = filters
        self.resample = resample
        self.activate_input = activate_input
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain

    def build(self, input_shape):
        middle_shape = (*input_shape[:-1], self.filters)
        self.conv_0 = self._conv("conv_0", 3, resample="up" if self.resample == "up" else None)
        self.conv_1 = self._conv("conv_1", 3, resample="down" if self.resample == "down" else None)
        self.conv_0.build(input_shape)
        self.conv_1.build(middle_shape)
        self.conv_s = None
        if input_shape[-1] != self.filters:
            self.conv_s = self._conv("conv_s", 1)
            self.conv_s.build(input_shape)

    def _conv(self, name, kernel_size, resample=None):
        return conv2d(
            self.filters,
            kernel_size,
            init_gain=self.init_gain,
            spectral_norm=self.spectral_norm,
            resample=resample,
            dtype=self.dtype_policy,
            name=name,
        )

    def call(self, x, training=False):
        shortcut = downsample(x) if self.resample == "down" else x
        if self.conv_s is not None:
            shortcut = self.conv_s(shortcut)
        if self.activate_input:
            x = leaky_relu(x)
        x = leaky_relu(self.conv_0(x))
        return self.conv_1(x) + (upsample(shortcut) if self.resample == "up" else shortcut)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        if self.resample == "down":
            return (batch, height and height // 2, width and width // 2, self.filters)
        return (batch, height and height * 2, width and width * 2, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "resample": self.resample,
            "activate_input": self.activate_input,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
        }
