"""SegFormer as keras-hub has it, which is an optional extra."""

import hashlib

import numpy as np

from oasis_tf.io.weight_arrays import problem_of
from oasis_tf.segmenters.errors import SegmenterError, SegmenterUnavailableError

INSTALL = "pip install 'keras-hub>=0.32,<1'"


def open_preset(preset):
    """Loads a SegFormer by its preset's name, which is downloaded, or from a preset's folder.

    Returns: keras.Model; its name; its pixel range; dict of what the protocol says of it.
    Raises: SegmenterError.
    """
    keras_hub = import_keras_hub()
    try:
        network = keras_hub.models.SegFormerImageSegmenter.from_preset(preset)
    except Exception as error:  # of keras-hub, of Kaggle, of the files
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
    """What 0 and 255 become in an `ImageConverter`, each a list of 3; None if it does not say."""
    if converter is None or (converter.scale is None and converter.offset is None):
        return None
    scale = np.broadcast_to(1.0 if converter.scale is None else converter.scale, 3)
    offset = np.broadcast_to(0.0 if converter.offset is None else converter.offset, 3)
    return [offset.tolist(), (255 * scale + offset).tolist()]
