"""Spatially adaptive normalisation of the generator's features by the label map."""

import keras
from keras import ops

from oasis_tf.layers.batch_norm import ParamFreeBatchNorm
from oasis_tf.layers.convolution import REFERENCE_GAIN, condition_conv2d, conv2d

NORMS = ("batch", "instance", "none")


@keras.saving.register_keras_serializable(package="oasis_tf")
class SPADE(keras.layers.Layer):
    """norm(x) * (1 + gamma) + beta: a normalisation without parameters, then a scale and a shift
    per pixel, computed from the condition (noise and label map) by convolutions.

    Args:
        norm: "batch" (synchronised over replicas), "instance" (each image by itself) or "none".
        hidden_channels: int, width of the convolution that gamma and beta share.
        init_gain: float, see `conv2d`.
        padding_mode: see `ResamplingConv2D`.
        noise_gain: see `ConditionConv2D`.
        own_moments: of norm "batch", see `ParamFreeBatchNorm`; else 0.
    Call:
        x: float (b, h, w, c).
        condition: float (b, h, w, k).
        noise: float (b, n) or None, channels before those of the condition, equal at all pixels.
        neighbourhoods: `Neighbourhoods` of condition and noise, or None. If they are few, gamma
            and beta are computed once for each, and the condition is unused.
    Returns: float (b, h, w, c).
    Raises: ValueError for an unknown `norm`, or for `own_moments` without "batch".
    Reference: Park et al. 2019, arXiv:1903.07291, eq. 1; OASIS conditions on noise too, sec. 3.3.
    """

    def __init__(
        self,
        norm="batch",
        hidden_channels=128,
        init_gain=REFERENCE_GAIN,
        padding_mode="zeros",
        noise_gain=1.0,
        own_moments=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.norm = norm
        self.hidden_channels = hidden_channels
        self.init_gain = init_gain
        self.padding_mode = padding_mode
        self.noise_gain = noise_gain
        self.own_moments = own_moments
        self.normalize = _param_free_norm(norm, own_moments, dtype=self.dtype_policy)
        self.shared = condition_conv2d(
            hidden_channels,
            init_gain=init_gain,
            padding_mode=padding_mode,
            noise_gain=noise_gain,
            dtype=self.dtype_policy,
            name="shared",
        )

    def build(self, x_shape, condition_shape, noise_shape=None):
        channels = x_shape[-1]
        hidden_shape = (*condition_shape[:-1], self.hidden_channels)
        common = {
            "init_gain": self.init_gain,
            "winograd": False,
            "padding_mode": self.padding_mode,
            "dtype": self.dtype_policy,
        }
        self.gamma = conv2d(channels, 3, name="gamma", **common)
        self.beta = conv2d(channels, 3, name="beta", **common)
        self.normalize.build(x_shape)
        self.shared.build(condition_shape, noise_shape)
        self.gamma.build(hidden_shape)
        self.beta.build(hidden_shape)

    def call(self, x, condition, noise=None, neighbourhoods=None, training=False):
        normalized = self.normalize(x, training=training)

        def dense():
            hidden = ops.relu(self.shared(condition, noise))
            return normalized * (1.0 + self.gamma(hidden)) + self.beta(hidden)

        if neighbourhoods is None:
            return dense()
        layers = (self.shared, self.gamma, self.beta)
        return neighbourhoods.modulate(normalized, *layers, otherwise=dense)

    def compute_output_shape(self, x_shape, condition_shape, noise_shape=None):
        return x_shape

    def get_config(self):
        return {
            **super().get_config(),
            "norm": self.norm,
            "hidden_channels": self.hidden_channels,
            "init_gain": self.init_gain,
            "padding_mode": self.padding_mode,
            "noise_gain": self.noise_gain,
            "own_moments": self.own_moments,
        }


@keras.saving.register_keras_serializable(package="oasis_tf")
class ParamFreeInstanceNorm(keras.layers.Layer):
    """Gives every channel of every image mean 0 and variance 1, in training and inference.

    Input shape: (b, h, w, c). Output shape: the same. Moments are float32.
    Reference: Ulyanov et al. 2016, arXiv:1607.08022.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs, training=False):
        x = ops.cast(inputs, "float32")
        mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
        return ops.cast((x - mean) * ops.rsqrt(variance + self.epsilon), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def _param_free_norm(norm, own_moments, *, dtype):
    if norm == "batch":
        return ParamFreeBatchNorm(own_moments=own_moments, dtype=dtype, name="norm")
    if own_moments:
        raise ValueError(f'own_moments is for norm "batch", and norm is {norm!r}; leave it out.')
    if norm == "instance":
        return ParamFreeInstanceNorm(dtype=dtype, name="norm")
    if norm == "none":
        return keras.layers.Identity(dtype=dtype, name="norm")
    raise ValueError(f"norm must be one of {', '.join(NORMS)}; got {norm!r}.")
