"""Segmenters from keras-hub's SegFormer. keras-hub is an optional dependency."""

import hashlib

import numpy as np

from oasis_tf.io.weight_arrays import problem_of
from oasis_tf.segmenters.errors import SegmenterError, SegmenterUnavailableError

INSTALL = "pip install 'keras-hub>=0.32,<1'"


def open_preset(preset):
    """Loads a SegFormer from a preset: a name, which is downloaded, or a folder.

    Returns: keras.Model; its name; its pixel range; dict of facts for the protocol.
    Raises: SegmenterError.
    """
    keras_hub = import_keras_hub()
    try:
        network = keras_hub.models.SegFormerImageSegmenter.from_preset(preset)
    except Exception as error:  # errors of keras-hub, Kaggle or the files
        reason = " ".join(str(error).split())[:300]
        raise SegmenterUnavailableError(
            f"evaluation.segmenter.model: keras-hub has no SegFormer {preset!r}: {reason}"
        ) from error
    problem = problem_of(network)
    if problem:
        raise SegmenterError(f"evaluation.segmenter.model: {preset}: {problem}")
    digest = hashlib.sha256()
    for variable in network.weights:
        digest.update(np.ascontiguousarray(variable.numpy()).tobytes())
    sha256 = digest.hexdigest()
    name = f"SegFormer {preset} (weights' SHA-256 {sha256[:8]}…)"
    origin = {
        "model": str(preset),
        "keras_hub": keras_hub.__version__,
        "weights_sha256": sha256,
    }
    converter = getattr(network.preprocessor, "image_converter", None)
    return network, name, pixel_range_of(converter), origin


def import_keras_hub():
    """Returns the module. Raises: SegmenterUnavailableError, with the command to install it."""
    try:
        import keras_hub
    except ImportError as error:
        raise SegmenterUnavailableError(f"this segmenter needs keras-hub: {INSTALL}") from error
    return keras_hub


def pixel_range_of(converter):
    """The outputs of an `ImageConverter` for 0 and 255, each a list of 3; None if unknown."""
    if converter is None or (converter.scale is None and converter.offset is None):
        return None
    scale = np.broadcast_to(1.0 if converter.scale is None else converter.scale, 3)
    offset = np.broadcast_to(0.0 if converter.offset is None else converter.offset, 3)
    return [offset.tolist(), (255 * scale + offset).tolist()]
