"""The variational encoder of SPADE: the style of a photograph as a normal distribution of z."""

import math

import keras
from keras import ops

from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.convolution import REFERENCE_GAIN, xavier_normal
from oasis_tf.layers.spade import ParamFreeInstanceNorm
from oasis_tf.layers.spectral_norm import StridedSpectralConv2D

WIDENINGS = (1, 2, 4, 8, 8, 8)  # widths of the convolutions, as multiples of `channels`
LARGEST, SMALLEST = 256, 4  # sides of the square that is seen, and of what is left of it


def num_halvings(image_size) -> int:
    """Convolutions that halve the largest square of a power of two, at most 256, to 4x4.

    Args:
        image_size: (h, w) of the images, at least 8 each.
    """
    return int(math.log2(min(LARGEST, *image_size) // SMALLEST))


@keras.saving.register_keras_serializable(package="oasis_tf")
class SPADEEncoder(keras.layers.Layer):
    """Halves an image to 4x4, and maps that to the mean and the log variance of z.

    Images are resized to a square first: 256x256 as in the official code, for smaller images the
    largest power of two that fits. The official code enlarges those to 256x256 and then has a
    convolution too few for its dense layers.

    Args:
        image_size: (h, w) of the images.
        channels: int, width of the first convolution; it doubles up to 8 times that.
        z_dim: int, length of z.
        init_gain: float, see `conv2d`.
    Call:
        image: float (b, h, w, 3) in [-1, 1].
        training: bool; True makes a power iteration.
    Returns: mean, log variance, float32 (b, z_dim).
    Reference: Park et al. 2019, arXiv:1903.07291, sec. 3 and fig. 14.
    """

    def __init__(self, image_size, channels, z_dim, init_gain=REFERENCE_GAIN, **kwargs):
        super().__init__(**kwargs)
        self.image_size = tuple(image_size)
        self.channels = channels
        self.z_dim = z_dim
        self.init_gain = init_gain
        count = num_halvings(self.image_size)
        self.side = SMALLEST * 2**count
        self.widths = [channels * times for times in WIDENINGS[:count]]
        self.code_shape = (SMALLEST, SMALLEST, self.widths[-1])
        settings = {"kernel_initializer": xavier_normal(init_gain), "dtype": self.dtype_policy}
        self.convs = [
            StridedSpectralConv2D(
                width,
                3,
                strides=2,
                padding="valid",
                data_format="channels_last",
                use_bias=False,
                **settings,
            )
            for width in self.widths
        ]
        self.norm = ParamFreeInstanceNorm(dtype=self.dtype_policy, name="norm")
        self.to_mean = keras.layers.Dense(z_dim, name="to_mean", **settings)
        self.to_log_variance = keras.layers.Dense(z_dim, name="to_log_variance", **settings)

    def build(self, input_shape=None):
        for conv, channels in zip(self.convs, [3, *self.widths], strict=False):
            conv.build((None, None, None, channels))
        for dense in (self.to_mean, self.to_log_variance):
            dense.build((None, math.prod(self.code_shape)))
        self.built = True

    def call(self, image, training=False):
        x = ops.reshape(self.features(image)[-1], (-1, math.prod(self.code_shape)))
        return tuple(ops.cast(f(x), "float32") for f in (self.to_mean, self.to_log_variance))

    def features(self, image):
        """The maps after each convolution, norm and activation, (b, h', w', c); 4x4 the last."""
        square = (self.side, self.side)
        if tuple(image.shape[1:3]) != square:
            image = ops.image.resize(
                image, square, interpolation="bilinear", data_format="channels_last"
            )
        maps = [ops.cast(image, self.compute_dtype)]
        for conv in self.convs:
            padded = ops.pad(maps[-1], ((0, 0), (1, 1), (1, 1), (0, 0)))
            maps.append(leaky_relu(self.norm(conv(padded))))
        return maps[1:]

    def get_config(self):
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "channels": self.channels,
            "z_dim": self.z_dim,
            "init_gain": self.init_gain,
        }


def sampled(mean, log_variance, noise):
    """z of the normal distribution with this mean and log variance; all are (b, z_dim).

    Args:
        noise: standard normal.
    Reference: Kingma and Welling 2014, arXiv:1312.6114, sec. 2.4.
    """
    return mean + ops.exp(0.5 * log_variance) * noise
