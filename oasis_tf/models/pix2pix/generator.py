"""The generator of Pix2Pix: a U-Net, whose noise is dropout."""

import math
from statistics import NormalDist

import keras
from keras import ops

from oasis_tf.config.image_size import require_multiples
from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.batch_norm import BatchNorm
from oasis_tf.layers.strategies import not_clustered, of_training
from oasis_tf.models.call_inputs import label_map_and_z, one_hot, require_label_map
from oasis_tf.models.label_map_model import LabelMapModel

INIT_STDDEV = 0.02
WIDEST = 8
STATISTICS = ("image", "running")


@keras.saving.register_keras_serializable(package="oasis_tf")
class Pix2PixGenerator(LabelMapModel):
    """Turns a label map into an image: halves it `num_downs` times, doubles it as often, and joins
    features of equal size.

    The noise is dropout on the first doubled maps, in inference too, as in the paper. Its masks
    follow from `z`, one normal number a unit: dropped are the units whose number is below the
    normal distribution's quantile `dropout`. So z is stepwise: images do not change smoothly with
    it, and there are no noise maps.

    The official test runs the network in training mode on one image at a time. `statistics="image"`
    computes the same for a batch of any size: in inference, batch norm uses the moments of each
    image by itself.

    Args:
        num_classes: int, number of classes, void included.
        image_size: (h, w), both multiples of 2**num_downs.
        channels: int, width after the first halving; it doubles up to 8 times that.
        num_downs: int, at least 2. There is dropout from 6 on: on num_downs - 5 maps.
        dropout: float in [0, 1), rate; 0 for a generator without noise.
        statistics: "image" or "running", what batch norm uses in inference.
        dtype: `keras.DTypePolicy` or its name; weights, moments and the image are float32.
    Attributes:
        z_dim: int, number of units that dropout may drop; 0 without dropout.
    Call:
        label_map: int (b, h, w), 0 = void, or float with integer values; or [label_map, z].
        z: float (b, z_dim), or None for random ones.
        training: bool; True uses the batch's moments and moves the running ones.
    Returns: image, float32 (b, h, w, 3) in [-1, 1].
    Raises: ValueError if a size does not fit, with the sizes that do; or in eager mode for ids that
        are not classes (in a graph, their one-hot vector is 0).
    Reference: Isola et al. 2017, arXiv:1611.07004, sec. 3.2 and 6.1.1.

    ```python
    generator = Pix2PixGenerator(num_classes=13, image_size=(256, 256))
    ```
    """

    has_smooth_noise = False
    takes_noise_maps = False

    def __init__(
        self,
        num_classes,
        image_size,
        channels=64,
        num_downs=8,
        dropout=0.5,
        statistics="image",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_downs < 2:
            raise ValueError(f"num_downs must be at least 2; got {num_downs}.")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1; got {dropout}.")
        if statistics not in STATISTICS:
            raise ValueError(
                f"statistics must be one of {', '.join(STATISTICS)}; got {statistics!r}."
            )
        self.num_classes = num_classes
        self.image_size = require_multiples(image_size, 2**num_downs)
        self.channels = channels
        self.num_downs = num_downs
        self.dropout = dropout
        self.statistics = statistics
        self.widths = [channels * min(WIDEST, 2**i) for i in range(num_downs)]
        # By the index of the doubling, from the largest map to the smallest.
        self.dropout_shapes = {i: self._shape(i) for i in range(4, num_downs - 1) if dropout}
        self.z_dim = sum(math.prod(shape) for shape in self.dropout_shapes.values())
        self.seed_generator = keras.random.SeedGenerator()
        norm = {"own_moments": float(statistics == "image"), "dtype": self.dtype_policy}
        self.down_convs = [self._conv(keras.layers.Conv2D, width) for width in self.widths]
        self.down_norms = [BatchNorm(**norm) for _ in self.widths[1:-1]]
        self.up_convs = [
            self._conv(keras.layers.Conv2DTranspose, width, use_bias=i == 0)
            for i, width in enumerate([3, *self.widths[:-1]])
        ]
        self.up_norms = [BatchNorm(**norm) for _ in self.widths[:-1]]
        self.build()

    def _conv(self, layer_class, width, use_bias=False):
        """A 4x4 convolution that halves or doubles the size: one zero around the input."""
        return layer_class(
            width,
            4,
            strides=2,
            padding="same",
            data_format="channels_last",
            use_bias=use_bias,
            kernel_initializer=keras.initializers.RandomNormal(stddev=INIT_STDDEV),
            dtype=self.dtype_policy,
        )

    def _shape(self, i):
        """(h, w, c) of the map after the i-th halving from 0 on, or before the doubling i."""
        return (*(side >> i for side in self.image_size), self.widths[i - 1])

    def build(self, input_shape=None):
        inputs = [self.num_classes, *self.widths]
        for i, conv in enumerate(self.down_convs):
            conv.build((None, *(side >> i for side in self.image_size), inputs[i]))
        for i, conv in enumerate(self.up_convs):
            joined = self.widths[i] * (1 if i == self.num_downs - 1 else 2)
            conv.build((None, *(side >> (i + 1) for side in self.image_size), joined))
        for i, norm in enumerate(self.down_norms):
            norm.build((None, None, None, self.widths[i + 1]))
        for i, norm in enumerate(self.up_norms):
            norm.build((None, None, None, self.widths[i]))
        self.built = True

    def call(self, label_map, z=None, training=False):
        label_map, z = label_map_and_z(label_map, z)
        label_map = require_label_map(
            label_map, image_size=self.image_size, num_classes=self.num_classes
        )
        masks = self._dropout_masks(label_map, z)
        x = one_hot(label_map, num_classes=self.num_classes, dtype=self.compute_dtype)
        with of_training(training):
            return self._paint(x, masks, training)

    def _paint(self, x, masks, training):
        features = []
        for i, conv in enumerate(self.down_convs):
            x = conv(x if i == 0 else leaky_relu(x))
            if 0 < i < self.num_downs - 1:
                x = self.down_norms[i - 1](x, training=training)
            features.append(x)
        for i in reversed(range(1, self.num_downs)):
            x = self.up_norms[i - 1](self.up_convs[i](ops.relu(x)), training=training)
            if i in masks:
                x = x * masks[i]
            x = ops.concatenate([features[i - 1], x], axis=-1)
        return ops.tanh(ops.cast(self.up_convs[0](ops.relu(x)), "float32"))

    def _dropout_masks(self, label_map, z):
        """dict of doubling to factors (b, h, w, c): 0, or 1 / (1 - dropout)."""
        if not self.z_dim:
            return {}
        if z is None:
            shape = (ops.shape(label_map)[0], self.z_dim)
            with not_clustered():
                z = keras.random.normal(shape, dtype="float32", seed=self.seed_generator)
        z = ops.convert_to_tensor(z)
        if len(z.shape) != 2 or z.shape[1] != self.z_dim:
            raise ValueError(
                f"z must be ({label_map.shape[0] or 'batch'}, {self.z_dim}), a number for each "
                f"unit that dropout may drop; got {tuple(z.shape)}."
            )
        is_kept = ops.cast(z >= NormalDist().inv_cdf(self.dropout), self.compute_dtype)
        factors, masks, first = is_kept / (1.0 - self.dropout), {}, 0
        for i, shape in self.dropout_shapes.items():
            last = first + math.prod(shape)
            masks[i] = ops.reshape(factors[:, first:last], (-1, *shape))
            first = last
        return masks

    def export(self, filepath, format="tf_saved_model", input_signature=None, **kwargs):
        """`keras.Model.export`, whose inputs are label_map int32 and, if there is dropout, z."""
        if input_signature is None:
            label_map = keras.InputSpec(shape=(None, *self.image_size), dtype="int32")
            z = keras.InputSpec(shape=(None, self.z_dim), dtype="float32")
            input_signature = [label_map, z] if self.z_dim else [label_map]
        super().export(filepath, format, input_signature=input_signature, **kwargs)

    def compute_output_shape(self, label_map_shape, z_shape=None):
        return (*label_map_shape, 3)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "image_size": self.image_size,
            "channels": self.channels,
            "num_downs": self.num_downs,
            "dropout": self.dropout,
            "statistics": self.statistics,
        }
