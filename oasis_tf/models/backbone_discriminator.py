"""A discriminator whose encoder is a frozen network, pretrained on photographs."""

from dataclasses import dataclass
from functools import partial

import keras
from keras import ops

from oasis_tf.feature_extractors.backbones import BACKBONES
from oasis_tf.io import progress
from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.blocks import DiscriminatorResBlock
from oasis_tf.layers.convolution import REFERENCE_GAIN, conv2d
from oasis_tf.layers.resample import downsample, upsample_bilinear
from oasis_tf.layers.strategies import of_training
from oasis_tf.models.rematerialization import Rematerialization

SMALLEST_STRIDE = 32  # the deepest feature's, of every backbone
IMAGE_CHANNELS = 16  # of the convolutions on the image itself


@dataclass(frozen=True)
class Frozen:
    """Hides a layer from Keras, which would train it, save it and list its weights."""

    layer: keras.layers.Layer


@keras.saving.register_keras_serializable(package="oasis_tf")
class BackboneDiscriminator(Rematerialization, keras.Model):
    """Segments an image into N real classes and "fake", like `OASISDiscriminator`.

    Its encoder is a frozen network: features at strides 2 to 32, each over its standard deviation,
    through a trainable 1x1 convolution. The decoder is OASIS's, with these as skips. The frozen
    features do not tell all of an image's texture, so two trainable convolutions of the image
    itself join the decoder's last block. Nor do they tell brightness and contrast, which networks
    for ImageNet learn to disregard: with `image_levels`, convolutions of smaller copies of the
    image join the blocks before it.

    The frozen weights are not among `weights`. They are in no checkpoint and in no `.keras` file:
    a new object loads them again, from the pip package or Keras's cache.

    Args:
        num_classes: int, number of classes, void included.
        backbone: str, a name of `oasis_tf.feature_extractors.backbones`.
        channels: five widths of the decoder's blocks, from the largest resolution to the smallest;
            with `upscale` 2 there is no block for the first. A skip has half the width of the
            block that it joins, the deepest feature's all of its block's.
        upscale: 1, or 2 to enlarge the image before the backbone, whose deepest feature is 32
            times smaller than its input.
        image_levels: int >= 1, resolutions at which the decoder sees the image itself: the image's
            own, half of it, and so on. At most the number of the decoder's blocks.
        spectral_norm: bool, normalise all trained convolutions but the last.
        init_gain: float, see `OASISGenerator`.
        pretrained: bool; False leaves random weights in the backbone.
        dtype: see `OASISGenerator`; logits are float32.
    Call:
        image: float (b, h, w, 3) in [-1, 1]; h and w multiples of 32 / upscale.
        training: bool, make a power iteration of spectral normalisation.
    Returns: logits, float32 (b, h, w, num_classes + 1): channel 0 = fake, class c at c + 1.
    Raises: ValueError for another number of channels or levels, or a size that does not fit;
        PackagedFileError if the weights cannot be had.
    Reference: Berrada et al. 2024, arXiv:2312.13314, sec. 3; Sauer et al. 2021, arXiv:2111.01007.

    ```python
    model = OASIS(OASISGenerator(12, (64, 96)), BackboneDiscriminator(12))
    ```
    """

    def __init__(
        self,
        num_classes,
        backbone="efficientnet_lite0",
        channels=(32, 64, 128, 128, 256),
        upscale=1,
        image_levels=1,
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        pretrained=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(channels) != 5:
            raise ValueError(
                f"A discriminator with a backbone has 5 widths in channels; got {list(channels)}."
            )
        if backbone not in BACKBONES:
            raise ValueError(f"backbone must be one of {', '.join(BACKBONES)}; got {backbone!r}.")
        self.num_classes = num_classes
        self.backbone_name = backbone
        self.channels = tuple(channels)
        self.upscale = upscale
        self.image_levels = image_levels
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        self.pretrained = pretrained
        frozen = BACKBONES[backbone](dtype=self.dtype_policy)
        if pretrained:
            frozen.load_pretrained(say=progress.say)
        self._frozen = Frozen(frozen)
        shared = {"init_gain": init_gain, "dtype": self.dtype_policy}
        normed = {"spectral_norm": spectral_norm, **shared}
        self.skips = {  # by the halvings of the image's size
            level: conv2d(width, 1, name=f"skip_{level}", **normed)
            for level, width in self._skip_widths().items()
        }
        self.decoder = [
            DiscriminatorResBlock(self._width(level), "up", name=f"up_{level}", **normed)
            for level in reversed(range(self._depth))
        ]
        self.image_convs = [
            conv2d(IMAGE_CHANNELS, 3, name=f"image_{i}", **normed) for i in range(2)
        ]
        if not 1 <= image_levels <= self._depth:
            raise ValueError(f"image_levels must be 1 to {self._depth}; got {image_levels}.")
        self.smaller_image_convs = {  # by the halvings of the image's size
            level: conv2d(IMAGE_CHANNELS, 3, name=f"smaller_image_{level}", **normed)
            for level in range(1, image_levels)
        }
        self.to_logits = conv2d(num_classes + 1, 1, name="to_logits", **shared)
        self.build()

    @property
    def backbone(self):
        """The frozen layer, a list of features of an image."""
        return self._frozen.layer

    @property
    def _depth(self):
        """How often the image's size is halved down to the deepest feature."""
        return (SMALLEST_STRIDE // self.upscale).bit_length() - 1

    def _levels(self):
        """Halvings of the image's size at each of the backbone's features."""
        return [(stride // self.upscale).bit_length() - 1 for stride in self.backbone.strides]

    def _skip_widths(self):
        """dict of the halvings, at which a feature is used, to the width of its projection."""
        inner = {n: max(1, self._width(n - 1) // 2) for n in self._levels()[:-1] if n > 0}
        return inner | {self._depth: self._width(self._depth - 1)}

    def _width(self, level):
        """Width of the decoder's block whose output has the image's size halved `level` times."""
        return self.channels[level + len(self.channels) - self._depth]

    def build(self, input_shape=None):
        features = dict(zip(self._levels(), self.backbone.channels, strict=True))
        for level, skip in self.skips.items():
            skip.build((None, None, None, features[level]))
        width = self.skips[self._depth].filters
        for level, block in zip(reversed(range(self._depth)), self.decoder, strict=True):
            block.build((None, None, None, width))
            width = block.filters + (self.skips[level].filters if level in self.skips else 0)
            if level in self.smaller_image_convs:
                self.smaller_image_convs[level].build((None, None, None, 3))
                width += IMAGE_CHANNELS
        self.image_convs[0].build((None, None, None, 3))
        self.image_convs[1].build((None, None, None, IMAGE_CHANNELS))
        self.to_logits.build((None, None, None, width + IMAGE_CHANNELS))
        self.built = True

    def call(self, image, training=False):
        with of_training(training):
            return self._segment(image, training)

    def _segment(self, image, training):
        features = dict(zip(self._levels(), self.encode(image), strict=True))
        joined = {level: [skip(features[level])] for level, skip in self.skips.items()}
        smaller = image
        for level, conv in self.smaller_image_convs.items():
            smaller = downsample(smaller)
            joined[level] = [*joined.get(level, []), conv(smaller)]
        (x,) = joined[self._depth]
        for level, block in zip(reversed(range(self._depth)), self.decoder, strict=True):
            function = partial(block, training=training)
            x = self._through(block, function, x, training=training)
            x = ops.concatenate([x, *joined.get(level, [])], axis=-1)
        local = self.image_convs[1](leaky_relu(self.image_convs[0](image)))
        x = leaky_relu(ops.concatenate([x, local], axis=-1))
        return ops.cast(self.to_logits(x), "float32")

    def encode(self, image, training=False):
        """The frozen features, each over its standard deviation.

        Returns: list of float (b, h', w', c), from the largest to the smallest.
        Raises: ValueError if the image's size does not fit.
        """
        multiple = SMALLEST_STRIDE // self.upscale
        height, width = image.shape[1:3]
        if (height or 0) % multiple or (width or 0) % multiple:
            raise ValueError(
                f"This discriminator's backbone halves an image {self._depth} times: height and "
                f"width must be multiples of {multiple}; got {height}x{width}."
            )
        if self.upscale == 2:
            image = upsample_bilinear(image)
        features = self.backbone(image)
        pairs = zip(features, self.backbone.deviations, strict=True)
        return [feature * ops.cast(1.0 / deviation, feature.dtype) for feature, deviation in pairs]

    def compute_output_shape(self, image_shape):
        return (*image_shape[:-1], self.num_classes + 1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "backbone": self.backbone_name,
            "channels": self.channels,
            "upscale": self.upscale,
            "image_levels": self.image_levels,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
            "pretrained": self.pretrained,
        }
