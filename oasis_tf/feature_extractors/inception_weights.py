"""The FID network's weights: from PyTorch's standard file, once, and then from our copy of it."""

import os
from pathlib import Path

import numpy as np

from oasis_tf.feature_extractors.inception import STANDARD_SHA256, FIDInception
from oasis_tf.io import pytorch_files
from oasis_tf.io.array_file import ArrayFileError, read_arrays, write_arrays
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.download import DownloadError, download
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder
from oasis_tf.io.weight_arrays import no_weights

FILE_NAME = "pt_inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE_NAME}"
BATCH_NORM_EPSILON = 1e-3
CLASSIFIER = {"fc.weight": (1008, 2048), "fc.bias": (1008,)}  # behind the features
COUNTER = "bn.num_batches_tracked"  # PyTorch's own, in files since 1.0
SOURCE = "source_sha256"
NAMED_PROBLEMS = 3


class InceptionWeightsError(ValueError):
    """A file that does not hold the weights of FID's Inception, in a sentence that names it."""


def load_fid_inception(
    path=None,
    *,
    folder=None,
    url=URL,
    say=lambda sentence: None,
    track=lambda items, **_: items,
):
    """FID's network with its weights.

    A .pth file is converted once, for which PyTorch is not needed. The converted `inception-….npz`
    is itself a file to name.

    Args:
        path: the standard file, or another of the same network, or a converted one; by default
            the standard one, from `folder`, from where pytorch-fid keeps it, or downloaded.
        folder: where files are kept, default `cache_folder()`.
        url: where the standard file is downloaded from.
        say, track: tell the user, see `oasis_tf.io.progress`.
    Returns: `FIDInception`; it is the standard one only if the file has the right checksum.
    Raises: InceptionWeightsError or PyTorchFileError naming the file; DownloadError where it cannot
        be had.
    """
    folder = Path(folder or cache_folder())
    if path is not None and Path(path).suffix == ".npz":
        return _read_converted(Path(path))
    sha256 = STANDARD_SHA256 if path is None else _sha256(Path(path))
    converted = _converted(folder, sha256)
    if converted is None:
        folder.mkdir(parents=True, exist_ok=True)
        with filling(folder / FILE_NAME, lock=folder / "inception.lock", say=say):
            converted = _converted(folder, sha256)
            if converted is None:
                path = path or _standard_file(folder, url=url, track=track)
                converted = _convert(Path(path), folder)
    return _read_converted(converted)


def from_state_dict(state_dict, *, weights_sha256=None):
    """Makes the network from PyTorch's names and layouts, batch norms folded into convolutions.

    Args:
        state_dict: mapping of name to array. Counters of batches and the classifier, which stand
            behind the features, may be left out, and are not used.
        weights_sha256: see `FIDInception`.
    Raises: InceptionWeightsError naming keys that are missing, unknown, of another shape, or of
        numbers that are no weights, see `no_weights`.
    """
    network = FIDInception(weights_sha256=weights_sha256)
    _require_fit(network, state_dict)
    for name, convolution in network.convolutions.items():
        scale, offset, mean, variance = (
            state_dict[f"{name}.bn.{key}"].astype(np.float64)
            for key in ("weight", "bias", "running_mean", "running_var")
        )
        gain = scale / np.sqrt(variance + BATCH_NORM_EPSILON)
        kernel = state_dict[f"{name}.conv.weight"].transpose(2, 3, 1, 0)  # from (out, in, h, w)
        convolution.kernel.assign(kernel * gain)
        convolution.bias.assign(offset - mean * gain)
    return network


def _require_fit(network, state_dict):
    needed, optional = {}, dict(CLASSIFIER)
    for name, convolution in network.convolutions.items():
        height, width, channels, filters = convolution.kernel.shape
        needed[f"{name}.conv.weight"] = (filters, channels, height, width)
        for key in ("weight", "bias", "running_mean", "running_var"):
            needed[f"{name}.bn.{key}"] = (filters,)
        optional[f"{name}.{COUNTER}"] = ()
    known = needed | optional
    problems = [f"missing: {key} {needed[key]}" for key in needed if key not in state_dict]
    problems += [f"unknown: {key}" for key in state_dict if key not in known]
    problems += [
        f"shape of {key}: expected {shape}, got {state_dict[key].shape}"
        for key, shape in known.items()
        if key in state_dict and state_dict[key].shape != shape
    ]
    value = {key: no_weights(key, state_dict[key]) for key in needed if key in state_dict}
    problems += [f"{key} {problem}" for key, problem in value.items() if problem]
    if problems:
        more = len(problems) - NAMED_PROBLEMS
        raise InceptionWeightsError(
            "these are not the weights of FID's Inception: "
            + "; ".join(problems[:NAMED_PROBLEMS])
            + (f"; and {more} more" if more > 0 else "")
        )


def _standard_file(folder, *, url, track):
    """Path of the standard .pth, downloaded if it is neither in `folder` nor in PyTorch's."""
    pytorch = Path(os.environ.get("TORCH_HOME") or cache_folder().parent / "torch")
    for path in (folder / FILE_NAME, pytorch / "hub" / "checkpoints" / FILE_NAME):
        if path.is_file() and _sha256(path).startswith(STANDARD_SHA256):
            return path
    path = folder / FILE_NAME
    path.unlink(missing_ok=True)
    try:
        download(url, path, sha256=STANDARD_SHA256, track=track)
    except DownloadError as error:
        meant = "it" if URL in str(error) else URL
        raise DownloadError(
            f"FID needs the weights of its own Inception network, and {error}. Fetch {meant} "
            "elsewhere and name the file with --inception-weights"
        ) from error
    return path


def _sha256(path):
    try:
        return file_sha256(path)
    except FileNotFoundError:
        raise InceptionWeightsError(
            f"{path}: no such file; FID's Inception weights are to be had from {URL}"
        ) from None


def _converted(folder, sha256):
    """Path of what a file of that SHA-256, or of one that begins so, was converted to, or None."""
    return next(iter(sorted(folder.glob(f"inception-{sha256}*.npz"))), None)


def _convert(path, folder):
    sha256 = _sha256(path)
    try:
        network = from_state_dict(pytorch_files.read_state_dict(path), weights_sha256=sha256)
    except InceptionWeightsError as error:
        raise InceptionWeightsError(f"{path}: {error}") from None
    arrays = {SOURCE: sha256}
    for name, convolution in network.convolutions.items():
        for variable in (convolution.kernel, convolution.bias):
            arrays[f"{name}.{variable.name}"] = variable.numpy()
    target = folder / f"inception-{sha256}.npz"
    write_arrays(target, arrays)
    return target


def _read_converted(path):
    """The network of a file that `_convert` wrote."""
    try:
        arrays = read_arrays(path)
        network = FIDInception(weights_sha256=str(arrays[SOURCE]))
        for name, convolution in network.convolutions.items():
            for variable in (convolution.kernel, convolution.bias):
                variable.assign(_checked(arrays, f"{name}.{variable.name}", variable.shape))
    except FileNotFoundError:
        raise InceptionWeightsError(f"{path}: no such file") from None
    except (ArrayFileError, KeyError, ValueError) as error:
        raise InceptionWeightsError(
            f"{path} does not hold FID's Inception as it is converted here ({error}); delete it, "
            f"and it is made again from {FILE_NAME}"
        ) from error
    return network


def _checked(arrays, name, shape):
    array = arrays[name]
    problem = no_weights(name, array)
    if array.shape != tuple(shape):
        problem = f"has the shape {array.shape}, expected {tuple(shape)}"
    if problem:
        raise ValueError(f"{name} {problem}")
    return array
