"""The discriminator: a U-Net that classifies every pixel as one of the classes or as fake."""

from functools import partial

import keras
from keras import ops

from oasis_tf.layers.blocks import DiscriminatorResBlock
from oasis_tf.layers.convolution import REFERENCE_GAIN, conv2d
from oasis_tf.layers.resampling_conv import ResamplingConv2D
from oasis_tf.layers.strategies import of_training
from oasis_tf.models.rematerialization import Rematerialization


@keras.saving.register_keras_serializable(package="oasis_tf")
class WinogradConv2D(ResamplingConv2D):
    """The last layer. Keras stores it in `.keras` files by the name of its class."""


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASISDiscriminator(Rematerialization, keras.Model):
    """Segments an image into N real classes and "fake".

    The encoder halves the size once per entry of `channels`; the decoder doubles it as often
    and concatenates the encoder's features of the same resolution.

    Args:
        num_classes: int, number of classes, void included.
        channels: widths of the encoder's blocks, from the largest resolution to the smallest;
            the decoder mirrors them and ends with half of the first.
        spectral_norm: bool, normalise all convolutions but the last 1x1.
        init_gain: float, see `OASISGenerator`.
        dtype: see `OASISGenerator`; logits are float32.
    Call:
        image: float (b, h, w, 3) in [-1, 1]; h and w multiples of 2**len(channels).
        training: bool, make a power iteration of spectral normalisation.
    Returns: logits, float32 (b, h, w, num_classes + 1): channel 0 = fake, class c at c + 1.
    Raises: ValueError if the image's size does not fit.
    Reference: Schönfeld et al. 2021, arXiv:2012.04781, sec. 3.1 and table A.2.
    """

    def __init__(
        self,
        num_classes,
        channels=(128, 128, 256, 256, 512, 512),
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.channels = tuple(channels)
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        shared = {"init_gain": init_gain, "dtype": self.dtype_policy}
        block = {"spectral_norm": spectral_norm, **shared}
        self.encoder = [
            DiscriminatorResBlock(width, "down", activate_input=i > 0, name=f"down_{i}", **block)
            for i, width in enumerate(self.channels)
        ]
        decoder_widths = (*reversed(self.channels[:-1]), max(1, self.channels[0] // 2))
        self.decoder = [
            DiscriminatorResBlock(width, "up", name=f"up_{i}", **block)
            for i, width in enumerate(decoder_widths)
        ]
        self.to_logits = conv2d(
            num_classes + 1, 1, layer_class=WinogradConv2D, name="to_logits", **shared
        )
        self.build()

    def build(self, input_shape=None):
        shape = (None, None, None, 3)
        skips = []
        for block in self.encoder:
            block.build(shape)
            shape = (None, None, None, block.filters)
            skips.append(block.filters)
        for i, block in enumerate(self.decoder):
            joined = shape[-1] + (skips[-1 - i] if i > 0 else 0)
            block.build((None, None, None, joined))
            shape = (None, None, None, block.filters)
        self.to_logits.build(shape)
        self.built = True

    def call(self, image, training=False):
        with of_training(training):
            return self._segment(image, training)

    def _segment(self, image, training):
        features = self.encode(image, training=training)
        x = features[-1]
        for i, block in enumerate(self.decoder):
            function = partial(self._decode, block, training)
            skips = [features[-1 - i]] if i > 0 else []
            x = self._through(block, function, *skips, x, training=training)
        return ops.cast(self.to_logits(x), "float32")

    def _decode(self, block, training, *parts):
        x = ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
        return block(x, training=training)

    def encode(self, image, training=False):
        """The features of the encoder.

        Returns: list of the output of each block, (b, h / 2, w / 2, channels[0]), ….
        Raises: ValueError if the image's size does not fit.
        """
        multiple = 2 ** len(self.channels)
        height, width = image.shape[1:3]
        if (height or 0) % multiple or (width or 0) % multiple:
            raise ValueError(
                f"This discriminator halves an image {len(self.channels)} times: height and width "
                f"must be multiples of {multiple}; got {height}x{width}."
            )
        features = []
        for block in self.encoder:
            function = partial(block, training=training)
            image = self._through(block, function, image, training=training)
            features.append(image)
        return features

    def compute_output_shape(self, image_shape):
        return (*image_shape[:-1], self.num_classes + 1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "channels": self.channels,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
        }
