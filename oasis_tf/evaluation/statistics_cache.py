"""Cache of the statistics of real images, which are the same for all runs."""

import hashlib
import json
from pathlib import Path

import keras

from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.io.array_file import ArrayFileError
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder

FORMAT = 1  # raise it where the same images give other statistics


def cached_statistics(
    compute,
    *,
    network,
    data,
    state,
    split,
    preprocessing,
    num_images,
    folder=None,
    say=lambda sentence: None,
):
    """Reads the statistics of a set of images, or computes and stores them.

    One of several processes computes them, the others wait.

    Args:
        compute: function() -> `FeatureStatistics`.
        network: the network of the features.
        data, state: str, the data set and its state, see `Source.identity`; statistics of
            another state are replaced.
        split: str. preprocessing: str, how images are prepared.
        num_images: int, how many of the split.
        folder: default `cache_folder()`.
        say: function(sentence) that prints to the user, see `oasis_tf.io.progress`.
    Returns: `FeatureStatistics`.
    """
    facts = {
        "format": FORMAT,
        "data": data,
        "split": split,
        "preprocessing": preprocessing,
        "num_images": num_images,
        "network": identity_of(network),
    }
    folder = Path(folder or cache_folder())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"statistics-{_sha256(facts)[:16]}.npz"
    key = json.dumps(facts | {"state": state}, sort_keys=True)
    with filling(path, lock=path.with_suffix(".lock"), say=say):
        statistics = _load(path, key=key, say=say)
        if statistics is None:
            statistics = compute()
            statistics.save(path, key=key)
    return statistics


def identity_of(network):
    """A str that identifies what a network computes.

    Args:
        network: keras.Model that can be serialized.
    """
    if identity := getattr(network, "identity", None):
        return identity
    digest = hashlib.sha256()
    for array in network.get_weights():
        digest.update(array.tobytes())
    facts = keras.saving.serialize_keras_object(network)
    return f"{network.name} {_sha256([facts, digest.hexdigest()])}"


def _load(path, *, key, say):
    """The statistics in the file; None if it is missing, damaged or of another state."""
    if not path.exists():
        return None
    try:
        statistics = FeatureStatistics.load(path, key=key)
    except ArrayFileError as error:
        say(f"{error}. It is computed again.")
        return None
    if statistics is None:
        say(f"The data has changed since {path} was computed.")
    return statistics


def _sha256(facts):
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
