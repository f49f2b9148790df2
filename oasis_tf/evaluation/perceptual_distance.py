"""Distances between photographs in a network's features, in the manner of LPIPS."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from oasis_tf.feature_extractors.vgg16 import to_network_input
from oasis_tf.feature_extractors.vgg16_weights import load_vgg16
from oasis_tf.feature_extractors.vgg19 import (
    DOWNLOAD,
    LAYERS,
    require_size,
    to_vgg_input,
    vgg19_features,
)
from oasis_tf.io import progress
from oasis_tf.io.checksum import file_sha256

TINY = 1e-10  # keeps features that are all 0 from being divided by 0
DISCRIMINATOR, VGG16 = "discriminator", "vgg16"
VGG16_LAYERS = ("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3")  # after ReLU


class Backbone(NamedTuple):
    """A network in whose features photographs are compared.

    name: str, network and layers; distances are comparable only under one name.
    features: function(uint8 (n, h, w, 3)) -> list of features (n, h', w', c), one a layer.
    """

    name: str
    features: Callable


def open_backbone(value, *, discriminator, step, image_size=None, vgg16_weights=None):
    """Opens the backbone of `evaluation.diversity_backbone`.

    Args:
        value: "discriminator", "vgg16", "imagenet" or the path of a file with VGG19's weights, see
            `vgg19_features`.
        discriminator: the run's `OASISDiscriminator`. step: int, of its checkpoint.
        image_size: (height, width) of the photographs, to refuse those too small for
            VGG19 at once; None: they are refused when they are compared.
        vgg16_weights: see `load_vgg16`.
    Raises: VGGWeightsError, VGGImageError, VGG16WeightsError.
    """
    if value == DISCRIMINATOR:
        return discriminator_backbone(discriminator, step=step)
    if value == VGG16:
        return vgg16_backbone(vgg16_weights)
    if image_size is not None:
        require_size(image_size)
    return vgg_backbone(value)


def discriminator_backbone(discriminator, *, step):
    """The encoder of a run's own discriminator. Distances of different runs are not comparable."""

    def features(images):
        return discriminator.encode(_to_signed(images), training=False)

    return Backbone(f"the run's own discriminator, step {step}", features)


def encoder_backbone(encoder, *, step):
    """The `SPADEEncoder` of a run. Distances of different runs are not comparable."""
    return Backbone(
        f"the run's own encoder, step {step}", lambda images: encoder.features(_to_signed(images))
    )


def vgg_backbone(weights=DOWNLOAD):
    """VGG19's layers relu1_1 to relu5_1; see `vgg19_features` for `weights` and errors."""
    network = vgg19_features(weights, key="evaluation.diversity_backbone")

    def features(images):
        require_size(images.shape[1:3])
        of_layer = network(to_vgg_input(_to_signed(images)))
        return [of_layer[name] for name in LAYERS]

    return Backbone(f"VGG19 ({_origin(weights)}), relu1_1 to relu5_1", features)


def vgg16_backbone(weights=None):
    """VGG16's layers relu1_2 to relu5_3, at 128x128; see `load_vgg16` for `weights` and errors."""
    judge = load_vgg16(weights, say=progress.say)
    trunk = judge.network
    layers = keras.Model(trunk.input, [trunk.get_layer(name).output for name in VGG16_LAYERS])
    origin = judge.title.partition(";")[0].removeprefix("VGG16 (")
    return Backbone(
        f"VGG16 ({origin}), relu1_2 to relu5_3", lambda images: layers(to_network_input(images))
    )


def mean_distance_of_pairs(photographs, backbone):
    """Mean distance of all pairs among K photographs of one label map.

    Of two photographs: every pixel's features in every layer are divided by their norm; the
    squared difference is averaged over the pixels and summed over the layers. Unlike in LPIPS,
    channels have no weights learned from human judgement. The mean over the pairs of K unit
    vectors is twice their variance (divided by K - 1), so pairs need not be formed.

    Args:
        photographs: uint8 (b, K, h, w, 3), K >= 2.
        backbone: `Backbone`.
    Returns: float32 (b,), 0 for equal photographs.
    Reference: Zhang et al. 2018, arXiv:1801.03924, eq. 1.
    """
    num_samples, height, width, channels = photographs.shape[1:]
    images = tf.reshape(photographs, (-1, height, width, channels))
    return tf.add_n(
        [_mean_of_layer(features, num_samples) for features in backbone.features(images)]
    )


def _mean_of_layer(features, num_samples):
    features = tf.cast(features, tf.float32)
    unit = features / (tf.norm(features, axis=-1, keepdims=True) + TINY)
    unit = tf.reshape(unit, (-1, num_samples, *features.shape[1:]))
    deviation = unit - tf.reduce_mean(unit, axis=1, keepdims=True)
    squares = tf.reduce_sum(tf.square(deviation), axis=(1, 4))
    return 2 / (num_samples - 1) * tf.reduce_mean(squares, axis=(1, 2))


def _origin(weights):
    """Identifies the weights."""
    if weights == DOWNLOAD:
        return "Keras's ImageNet weights"
    return f"{Path(weights).name}, SHA-256 {file_sha256(weights)[:8]}…"


def _to_signed(images):
    """uint8 as float32 in [-1, 1]."""
    return tf.cast(images, tf.float32) / 127.5 - 1
