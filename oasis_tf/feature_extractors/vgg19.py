"""Keras's VGG19 as a frozen network of features."""

import textwrap
import warnings
from pathlib import Path

import keras
from keras import ops
from keras.applications import vgg19

from oasis_tf.io.weight_arrays import problem_of, problem_of_file
from oasis_tf.runtime.keras_settings import require_channels_last

LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
SMALLEST_SIZE = 16  # four poolings lie before block5_conv1
DOWNLOAD = "imagenet"
WEIGHTS_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)


class VGGWeightsError(ValueError):
    """Weights of VGG19 that cannot be had or do not fit, in a sentence."""


class VGGImageError(ValueError):
    """Images that are too small for VGG19, in a sentence."""


def vgg19_features(weights=DOWNLOAD, *, key):
    """VGG19 up to relu5_1: what `to_vgg_input` gives -> dict of `LAYERS` to features after ReLU.

    It is frozen, and float32 whatever the dtype policy. Under a strategy, make it in its scope.

    Args:
        weights: path of a Keras weights file of VGG19 without its top, or "imagenet" to download
            Keras's own; or None for random ones.
        key: str, the config key of the weights, for errors.
    Raises: VGGWeightsError if the file cannot be read or downloaded, or is of another network.
    """
    require_channels_last("VGG19")
    network = _float32(_feature_network(weights, key))
    network.trainable = False
    return network


def require_size(size):
    """Raises VGGImageError for images of a (height, width) that VGG19 cannot halve often enough."""
    height, width = size
    if min(height, width) < SMALLEST_SIZE:
        raise VGGImageError(
            f"VGG19 halves an image four times: at least {SMALLEST_SIZE}x{SMALLEST_SIZE} is "
            f"needed; got {height}x{width}."
        )


def to_vgg_input(image):
    """RGB (b, h, w, 3) in [-1, 1] as float32 BGR in 0..255, less ImageNet's mean colour."""
    return vgg19.preprocess_input((ops.cast(image, "float32") + 1) * 127.5)


def _feature_network(weights, key):
    if weights not in (None, DOWNLOAD) and not Path(weights).is_file():
        raise VGGWeightsError(
            f"there is no file of VGG19's weights at {weights}; download {WEIGHTS_URL} and say "
            f"where it lies in {key}"
        )
    try:
        with warnings.catch_warnings(action="ignore"):  # on a wrong file, one for every layer
            network = vgg19.VGG19(include_top=False, weights=weights, input_shape=(None, None, 3))
    except Exception as error:  # Keras raises Exception itself when a download fails
        reason = textwrap.shorten(str(error), 320)
        if weights == DOWNLOAD:
            raise VGGWeightsError(
                f"VGG19's weights cannot be downloaded ({reason}); fetch {WEIGHTS_URL} elsewhere "
                f"and say where it lies in {key}"
            ) from error
        raise VGGWeightsError(
            f"{weights} does not hold the weights of VGG19 without its top, as Keras saves them: "
            f"{reason}"
        ) from error
    problem = problem_of(network)
    if weights not in (None, DOWNLOAD):
        problem = problem or problem_of_file(weights, network)
    if problem:
        raise VGGWeightsError(f"{key}: {weights}: {problem}")
    outputs = {name: network.get_layer(name).output for name in LAYERS}
    return keras.Model(network.input, outputs, name="vgg19_features")


def _float32(network):
    """A copy of a functional model that computes in float32 under any global dtype policy."""
    copy = keras.models.clone_model(
        network,
        clone_function=lambda layer: type(layer).from_config(
            layer.get_config() | {"dtype": "float32"}
        ),
    )
    copy.set_weights(network.get_weights())
    return copy
