"""Segmenters from saved Keras models."""

import zipfile
from pathlib import Path

import keras

from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.weight_arrays import problem_of, problem_of_file
from oasis_tf.segmenters.card import read_card
from oasis_tf.segmenters.errors import SegmenterError
from oasis_tf.segmenters.keras_hub import import_keras_hub

WEIGHTS = "model.weights.h5"
MOST_INFLATION = 64  # Keras writes uncompressed archives; users may compress them


def open_network(path):
    """Loads a .keras file after a check of its checksums. Code in it is not run.

    Returns: keras.Model; its name; its `Card` or None; dict of facts for the protocol.
    Raises: SegmenterError.
    """
    path = Path(path)
    if not path.is_file():
        raise SegmenterError(f"evaluation.segmenter.model: there is no file {path}")
    if not zipfile.is_zipfile(path):  # Keras's older formats have no safe mode
        raise SegmenterError(f"{path} is not a .keras file; save the model with model.save(…)")
    _require_intact(path)
    card = read_card(path)
    if card and "keras-hub" in card.needs:
        import_keras_hub()  # registers its layers
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # errors of the file's layers
        raise SegmenterError(f"{path} cannot be loaded: {_first_sentence(error)}") from error
    problem = problem_of(network) or _problem_of_archive(path, network)
    if problem:
        raise SegmenterError(f"{path}: {problem}")
    sha256 = file_sha256(path)
    name = f"{network.name} ({path.name}, SHA-256 {sha256[:8]}…)"
    origin = {"model": str(path), "sha256": sha256}
    if card:
        value = {"architecture", "num_train", "num_held_out", "held_out_miou", "command"}
        origin |= card.model_dump(include=value)
    return network, name, card, origin


def _require_intact(path):
    """SegmenterError for a damaged archive, or one whose contents are far larger than itself.

    Keras does not check the checksum of the weights.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > MOST_INFLATION * path.stat().st_size:
                raise SegmenterError(f"{path} says that it unpacks to {size:,} bytes")
            damaged = archive.testzip()
    except SegmenterError:
        raise
    except Exception as error:  # zlib.error, RuntimeError if encrypted, …
        raise SegmenterError(f"{path} cannot be read: {error}") from error
    if damaged:
        raise SegmenterError(f"{path} is damaged: the checksum of {damaged} in it does not hold")


def _problem_of_archive(path, network):
    """See `problem_of_file`. The HDF5 file may have been damaged before it was archived."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(WEIGHTS) as weights:
            return problem_of_file(weights, network)
    except Exception as error:  # h5py: RuntimeError, OSError, KeyError, ValueError
        return f"its {WEIGHTS} is damaged: {_first_sentence(error)}"


def _first_sentence(error):
    return " ".join(str(error).split()).partition(". ")[0][:300]
