"""The network of FID's definition: Inception of 2015-12-05, as computed by pytorch-fid.

It is Szegedy et al.'s Inception-v3 with two differences: average pooling excludes the padding from
its mean, and the last block uses maximum pooling. The batch norm of every convolution is folded
into its kernel and bias (`inception_weights`).
"""

import keras
import tensorflow as tf
from keras import layers

from oasis_tf.feature_extractors.pixels import unit_range
from oasis_tf.runtime.keras_settings import require_channels_last

INPUT_SIZE = (299, 299)
NUM_FEATURES = 2048
STANDARD_SHA256 = "6726825d"  # first digits for pt_inception-2015-12-05-6726825d.pth


class FIDInception(keras.Model):
    """Images to the 2048 features of Inception's last pooling.

    Layers have the names of pytorch-fid's modules. It computes in float32 under any dtype policy.

    Args:
        weights_sha256: str, SHA-256 of the file that the weights are from; None for fresh ones.
    Input shape: (b, h, w, 3) of any size, uint8, or float in [0, 1].
    Output shape: (b, 2048), float32.
    Reference: https://github.com/mseitzer/pytorch-fid; Heusel et al. 2017, arXiv:1706.08500.
    """

    STANDARD = "those that FID and KID are defined by"

    def __init__(self, *, weights_sha256=None, name="fid_inception"):
        super().__init__(name=name, dtype="float32")
        self.weights_sha256 = weights_sha256
        require_channels_last("FID's Inception")
        self.network = _network()
        self.built = True

    @property
    def is_standard(self):
        """Whether these are the weights of FID's definition."""
        return (self.weights_sha256 or "").startswith(STANDARD_SHA256)

    @property
    def key(self):
        """str, the value of `evaluation.features` that chooses it."""
        return "inception"

    @property
    def title(self):
        """str, what results call it where the weights are not the standard ones."""
        return f"Inception with weights that are not FID's ({(self.weights_sha256 or 'none')[:8]})"

    @property
    def identity(self):
        """str that identifies what it computes; None for weights from no file."""
        return self.weights_sha256 and f"Inception {self.weights_sha256}"

    @property
    def convolutions(self):
        """dict of name to `keras.layers.Conv2D`, in the order of the network."""
        convolutions = (layer for layer in self.network.layers if isinstance(layer, layers.Conv2D))
        return {layer.name: layer for layer in convolutions}

    def call(self, images):
        return self.network(to_network_input(images))


def to_network_input(images):
    """Images, resized as PyTorch does and scaled: float32 (b, 299, 299, 3) in [-1, 1].

    PyTorch's bilinear interpolation with align_corners=False is TensorFlow's: pixels' centres at
    halves, and no smoothing before an image is made smaller.

    Args:
        images: (b, h, w, 3), uint8, or float in [0, 1].
    Raises: tf.errors.InvalidArgumentError for floats in another range, as [-1, 1] or 0..255, whose
        features would look like any others.
    """
    resized = tf.image.resize(
        unit_range(images, network="FIDInception"), INPUT_SIZE, antialias=False
    )
    return 2.0 * resized - 1.0


def _network():
    image = x = keras.Input((*INPUT_SIZE, 3), dtype="float32")
    x = _conv(x, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = _conv(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = _conv(x, "Conv2d_2b_3x3", 64, 3)
    x = _shrink(x, name="block0")
    x = _conv(x, "Conv2d_3b_1x1", 80, 1)
    x = _conv(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = _shrink(x, name="block1")
    x = _block_a(x, "Mixed_5b", pool_filters=32)
    x = _block_a(x, "Mixed_5c", pool_filters=64)
    x = _block_a(x, "Mixed_5d", pool_filters=64)
    x = _block_b(x, "Mixed_6a")
    x = _block_c(x, "Mixed_6b", filters=128)
    x = _block_c(x, "Mixed_6c", filters=160)
    x = _block_c(x, "Mixed_6d", filters=160)
    x = _block_c(x, "Mixed_6e", filters=192)
    x = _block_d(x, "Mixed_7a")
    x = _block_e(x, "Mixed_7b", pool=layers.AveragePooling2D)
    x = _block_e(x, "Mixed_7c", pool=layers.MaxPooling2D)
    features = layers.GlobalAveragePooling2D(dtype="float32", name="pool3")(x)
    return keras.Model(image, features, name="inception_2015_12_05")


def _block_a(x, name, *, pool_filters):
    return _concatenate(
        name,
        _chain(x, name, ("branch1x1", 64, 1)),
        _chain(x, name, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        _chain(
            x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)
        ),
        _chain(_pool(x, layers.AveragePooling2D), name, ("branch_pool", pool_filters, 1)),
    )


def _block_b(x, name):
    double = _chain(x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3))
    return _concatenate(
        name,
        _conv(x, f"{name}.branch3x3", 384, 3, strides=2, padding="valid"),
        _conv(double, f"{name}.branch3x3dbl_3", 96, 3, strides=2, padding="valid"),
        _shrink(x),
    )


def _block_c(x, name, *, filters):
    return _concatenate(
        name,
        _chain(x, name, ("branch1x1", 192, 1)),
        _chain(
            x,
            name,
            ("branch7x7_1", filters, 1),
            ("branch7x7_2", filters, (1, 7)),
            ("branch7x7_3", 192, (7, 1)),
        ),
        _chain(
            x,
            name,
            ("branch7x7dbl_1", filters, 1),
            ("branch7x7dbl_2", filters, (7, 1)),
            ("branch7x7dbl_3", filters, (1, 7)),
            ("branch7x7dbl_4", filters, (7, 1)),
            ("branch7x7dbl_5", 192, (1, 7)),
        ),
        _chain(_pool(x, layers.AveragePooling2D), name, ("branch_pool", 192, 1)),
    )


def _block_d(x, name):
    three = _chain(x, name, ("branch3x3_1", 192, 1))
    seven = _chain(
        x,
        name,
        ("branch7x7x3_1", 192, 1),
        ("branch7x7x3_2", 192, (1, 7)),
        ("branch7x7x3_3", 192, (7, 1)),
    )
    return _concatenate(
        name,
        _conv(three, f"{name}.branch3x3_2", 320, 3, strides=2, padding="valid"),
        _conv(seven, f"{name}.branch7x7x3_4", 192, 3, strides=2, padding="valid"),
        _shrink(x),
    )


def _block_e(x, name, *, pool):
    three = _chain(x, name, ("branch3x3_1", 384, 1))
    double = _chain(x, name, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    return _concatenate(
        name,
        _chain(x, name, ("branch1x1", 320, 1)),
        _chain(three, name, ("branch3x3_2a", 384, (1, 3))),
        _chain(three, name, ("branch3x3_2b", 384, (3, 1))),
        _chain(double, name, ("branch3x3dbl_3a", 384, (1, 3))),
        _chain(double, name, ("branch3x3dbl_3b", 384, (3, 1))),
        _chain(_pool(x, pool), name, ("branch_pool", 192, 1)),
    )


def _chain(x, block, *convolutions):
    """One convolution after the other, each (name, filters, kernel size)."""
    for name, filters, size in convolutions:
        x = _conv(x, f"{block}.{name}", filters, size)
    return x


def _conv(x, name, filters, size, *, strides=1, padding="same"):
    return layers.Conv2D(
        filters, size, strides, padding, activation="relu", dtype="float32", name=name
    )(x)


def _pool(x, kind):
    """Means or maxima of 3x3 pixels; what lies outside the image does not count."""
    return kind(3, strides=1, padding="same", dtype="float32")(x)


def _shrink(x, name=None):
    return layers.MaxPooling2D(3, strides=2, dtype="float32", name=name)(x)


def _concatenate(name, *branches):
    return layers.Concatenate(dtype="float32", name=name)(branches)
