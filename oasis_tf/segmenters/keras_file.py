"""Any saved Keras model as a segmenter's network."""

import hashlib
import zipfile
from pathlib import Path

import keras

from oasis_tf.segmenters.card import read_card
from oasis_tf.segmenters.errors import SegmenterError
from oasis_tf.segmenters.keras_hub import import_keras_hub


def open_network(path):
    """Loads a .keras file; code in it is not run.

    Returns: keras.Model; its name; its `Card` or None; dict of what the protocol
        says of it.
    Raises: SegmenterError.
    """
    path = Path(path)
    if not path.is_file():
        raise SegmenterError(f"evaluation.segmenter.model: there is no file {path}")
    if not zipfile.is_zipfile(path):  # Keras's older formats know no safe mode
        raise SegmenterError(f"{path} is not a .keras file; save the model with model.save(…)")
    card = read_card(path)
    if card and "keras-hub" in card.needs:
        import_keras_hub()  # makes its layers known to Keras
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the classes named in the file do
        raise SegmenterError(f"{path} cannot be loaded: {_first_sentence(error)}") from error
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = f"{network.name} ({path.name}, SHA-256 {sha256[:8]}…)"
    origin = {"model": str(path), "sha256": sha256}
    if card:
        said = {"architecture", "num_train", "num_held_out", "held_out_miou", "command"}
        origin |= card.model_dump(include=said)
    return network, name, card, origin


def _first_sentence(error):
    return " ".join(str(error).split()).partition(". ")[0][:300]
