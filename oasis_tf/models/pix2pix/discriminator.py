"""The discriminator of Pix2Pix: judges overlapping patches of an image, given its label map."""

import keras
from keras import ops

from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.batch_norm import BatchNorm
from oasis_tf.layers.strategies import of_training
from oasis_tf.models.call_inputs import one_hot
from oasis_tf.models.pix2pix.generator import INIT_STDDEV, WIDEST


@keras.saving.register_keras_serializable(package="oasis_tf")
class Pix2PixDiscriminator(keras.Model):
    """PatchGAN: each logit says whether a patch of the image is real; with 3 layers, of 70x70.

    Args:
        num_classes: int, number of classes, void included.
        channels: int, width of the first convolution; it doubles up to 8 times that.
        num_layers: int, at least 1, how often the size is halved.
        dtype: see `Pix2PixGenerator`; logits are float32.
    Call:
        image: float (b, h, w, 3) in [-1, 1], h and w at least 3 * 2**num_layers.
        label_map: int (b, h, w).
        training: bool; True uses the batch's moments and moves the running ones.
    Returns: logits, float32 (b, h / 2**num_layers - 2, w / 2**num_layers - 2, 1), > 0 = real.
    Raises: ValueError if the image is too small.
    Reference: Isola et al. 2017, arXiv:1611.07004, sec. 3.2 and 6.1.2.
    """

    def __init__(self, num_classes, channels=64, num_layers=3, **kwargs):
        super().__init__(**kwargs)
        if num_layers < 1:
            raise ValueError(f"num_layers must be at least 1; got {num_layers}.")
        self.num_classes = num_classes
        self.channels = channels
        self.num_layers = num_layers
        self.widths = [channels * min(WIDEST, 2**i) for i in range(num_layers + 1)]
        self.convs = [
            self._conv(width, strides=2 if i < num_layers else 1, use_bias=i == 0)
            for i, width in enumerate(self.widths)
        ]
        self.norms = [BatchNorm(dtype=self.dtype_policy) for _ in self.widths[1:]]
        self.to_logits = self._conv(1, strides=1, use_bias=True)
        self.build()

    def _conv(self, width, *, strides, use_bias):
        return keras.layers.Conv2D(
            width,
            4,
            strides=strides,
            padding="valid",
            data_format="channels_last",
            use_bias=use_bias,
            kernel_initializer=keras.initializers.RandomNormal(stddev=INIT_STDDEV),
            dtype=self.dtype_policy,
        )

    def build(self, input_shape=None):
        inputs = [self.num_classes + 3, *self.widths]
        for conv, width in zip([*self.convs, self.to_logits], inputs, strict=True):
            conv.build((None, None, None, width))
        for norm, width in zip(self.norms, self.widths[1:], strict=True):
            norm.build((None, None, None, width))
        self.built = True

    def call(self, image, label_map, training=False):
        smallest = 3 * 2**self.num_layers
        if min(side or smallest for side in image.shape[1:3]) < smallest:
            raise ValueError(
                f"This discriminator halves an image {self.num_layers} times: height and width "
                f"must be at least {smallest}; got {image.shape[1]}x{image.shape[2]}."
            )
        labels = one_hot(
            label_map[..., None], num_classes=self.num_classes, dtype=self.compute_dtype
        )
        x = ops.concatenate([labels, ops.cast(image, self.compute_dtype)], axis=-1)
        with of_training(training):
            x = leaky_relu(self.convs[0](_padded(x)))
            for conv, norm in zip(self.convs[1:], self.norms, strict=True):
                x = leaky_relu(norm(conv(_padded(x)), training=training))
            return ops.cast(self.to_logits(_padded(x)), "float32")

    def compute_output_shape(self, image_shape, label_map_shape=None):
        sides = (side and side // 2**self.num_layers - 2 for side in image_shape[1:3])
        return (image_shape[0], *sides, 1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "channels": self.channels,
            "num_layers": self.num_layers,
        }


def _padded(x):
    """One zero around every map."""
    return ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
