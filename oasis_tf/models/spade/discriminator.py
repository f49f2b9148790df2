"""The discriminator of SPADE: judges patches of an image and its label map at two scales."""

from functools import partial

import keras
from keras import ops

from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.convolution import REFERENCE_GAIN, xavier_normal
from oasis_tf.layers.spade import ParamFreeInstanceNorm
from oasis_tf.layers.spectral_norm import StridedSpectralConv2D
from oasis_tf.layers.strategies import of_training
from oasis_tf.models.call_inputs import one_hot
from oasis_tf.models.rematerialization import Rematerialization
from oasis_tf.models.spade.edges import edges_of, label_and_instance_map

NUM_SCALES = 2
WIDEST = 512  # channels
SMALLEST_SIDE = 16  # of an image: below, instance norm sees maps of few units at the half scale


@keras.saving.register_keras_serializable(package="oasis_tf")
class PatchNetwork(keras.layers.Layer):
    """One scale: five 4x4 convolutions, those in the middle with spectral and instance norm.

    Args:
        channels: int, width of the first convolution; it doubles up to 512.
        init_gain: float, see `conv2d`.
    Input shape: (b, h, w, c).
    Call returns: [4 features after leaky ReLU, logits]; logits are float32 (b, h', w', 1).
    """

    def __init__(self, channels, init_gain=REFERENCE_GAIN, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.init_gain = init_gain
        self.widths = [channels, *(min(WIDEST, channels * 2**i) for i in (1, 2, 3))]
        first, *middle = self.widths
        self.first = self._conv(keras.layers.Conv2D, first, strides=2, use_bias=True)
        self.middle = [
            self._conv(StridedSpectralConv2D, width, strides=strides, use_bias=False)
            for width, strides in zip(middle, (2, 2, 1), strict=True)
        ]
        self.norm = ParamFreeInstanceNorm(dtype=self.dtype_policy, name="norm")
        self.to_logits = self._conv(keras.layers.Conv2D, 1, strides=1, use_bias=True)

    def _conv(self, layer_class, width, *, strides, use_bias):
        return layer_class(
            width,
            4,
            strides=strides,
            padding="valid",
            data_format="channels_last",
            use_bias=use_bias,
            kernel_initializer=xavier_normal(self.init_gain),
            dtype=self.dtype_policy,
        )

    def build(self, input_shape):
        widths = [input_shape[-1], *self.widths]
        for conv, width in zip([self.first, *self.middle, self.to_logits], widths, strict=True):
            conv.build((None, None, None, width))

    def call(self, x):
        features = [leaky_relu(self.first(_padded(x, 2)))]
        for conv in self.middle:
            features.append(leaky_relu(self.norm(conv(_padded(features[-1], 2)))))
        return [*features, ops.cast(self.to_logits(_padded(features[-1], 2)), "float32")]

    def compute_output_shape(self, input_shape):
        shapes, sides = [], input_shape[1:3]
        for width, strides in zip([*self.widths, 1], (2, 2, 2, 1, 1), strict=True):
            sides = tuple(side and side // strides + 1 for side in sides)
            shapes.append((input_shape[0], *sides, width))
        return shapes

    def get_config(self):
        own = {"channels": self.channels, "init_gain": self.init_gain}
        return super().get_config() | own


@keras.saving.register_keras_serializable(package="oasis_tf")
class SPADEDiscriminator(Rematerialization, keras.Model):
    """Two PatchGANs, on labels and image, and on both at half the size.

    Args:
        num_classes: int, number of classes, void included.
        channels: int, width of the first convolutions; it doubles up to 512.
        edges: bool, whether it takes instance edges, behind the classes.
        init_gain: float, see `OASISGenerator`.
        dtype: see `OASISGenerator`; logits are float32.
    Call:
        image: float (b, h, w, 3) in [-1, 1], h and w at least 16.
        label_map: int (b, h, w); or a panoptic map, see `SPADEGenerator`.
        instance_map: int (b, h, w), of a discriminator with `edges`; else None.
        training: bool; True makes a power iteration.
    Returns: for each scale, the fine one first: [4 features, logits], float (b, h', w', c); logits
        are float32, > 0 = real.
    Raises: ValueError if the image is too small, or for an instance map that is missing or unused.
    Reference: Park et al. 2019, arXiv:1903.07291, fig. 12; Wang et al. 2018, arXiv:1711.11585,
        sec. 3.2.
    """

    def __init__(self, num_classes, channels=64, edges=False, init_gain=REFERENCE_GAIN, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.channels = channels
        self.edges = edges
        self.init_gain = init_gain
        self.scales = [
            PatchNetwork(channels, init_gain, dtype=self.dtype_policy, name=f"scale_{i}")
            for i in range(NUM_SCALES)
        ]
        self.build()

    def build(self, input_shape=None):
        for scale in self.scales:
            scale.build((None, None, None, self.num_classes + self.edges + 3))
        self.built = True

    def call(self, image, label_map, instance_map=None, training=False):
        if min(side or SMALLEST_SIDE for side in image.shape[1:3]) < SMALLEST_SIDE:
            raise ValueError(
                f"This discriminator needs images of at least {SMALLEST_SIDE}x{SMALLEST_SIDE}; got "
                f"{image.shape[1]}x{image.shape[2]}."
            )
        label_map, instance_map = label_and_instance_map(label_map, instance_map)
        labels = one_hot(
            label_map[..., None], num_classes=self.num_classes, dtype=self.compute_dtype
        )
        edges = edges_of(instance_map, are_used=self.edges)
        seen = [labels, *([] if edges is None else [edges]), image]
        x = ops.concatenate([ops.cast(part, self.compute_dtype) for part in seen], axis=-1)
        judged = []
        with of_training(training):
            for scale in self.scales:
                function = partial(scale, training=training)
                judged.append(self._through(scale, function, x, training=training))
                x = half_scale(x)
        return judged

    def compute_output_shape(self, image_shape, label_map_shape=None, instance_map_shape=None):
        batch, height, width, _ = image_shape
        halved = (batch, *(side and (side + 1) // 2 for side in (height, width)), 0)
        return [
            scale.compute_output_shape(s)
            for scale, s in zip(self.scales, (image_shape, halved), strict=True)
        ]

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "channels": self.channels,
            "edges": self.edges,
            "init_gain": self.init_gain,
        }


def half_scale(x):
    """The mean of 3x3 squares at every second pixel, without what lies outside of the map.

    (b, h, w, c) -> (b, (h + 1) // 2, (w + 1) // 2, c).
    """
    inside = _padded(ops.ones((1, *ops.shape(x)[1:3], 1), dtype=x.dtype), 1)
    pooled, share = (
        ops.average_pool(part, 3, strides=2, data_format="channels_last")
        for part in (_padded(x, 1), inside)
    )
    return pooled / share


def _padded(x, width):
    """Zeros around every map."""
    return ops.pad(x, ((0, 0), (width, width), (width, width), (0, 0)))
