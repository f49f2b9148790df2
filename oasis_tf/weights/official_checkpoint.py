"""The official checkpoints: `best_EMA.pth`, `best_G.pth` and `best_D.pth`, or one file alone."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from oasis_tf.io import pytorch_files
from oasis_tf.weights import official_names

FILES = {  # by the networks of `OASIS`
    "ema_generator": "best_EMA.pth",
    "generator": "best_G.pth",
    "discriminator": "best_D.pth",
}
SUBFOLDER = "models"  # of an experiment's folder, in the official code
GENERATOR_KEY, DISCRIMINATOR_KEY = "fc.weight", "layer_up_last.weight"
NAMED_PROBLEMS = 3


class OfficialCheckpointError(ValueError):
    """An unusable official checkpoint; the message names the file."""


class StateDict(NamedTuple):
    """The content of one file: official names to arrays."""

    path: Path
    arrays: dict[str, np.ndarray]

    @property
    def is_generator(self):
        return GENERATOR_KEY in self.arrays

    @property
    def kind(self):
        if self.is_generator:
            return "generator"
        return "discriminator" if DISCRIMINATOR_KEY in self.arrays else "network of another kind"


def read(path):
    """Reads a folder of official files, or a single file of a generator.

    Args:
        path: a .pth file, or a folder with those of `FILES`, in itself or in `models/`.
    Returns: dict of the network's name in `OASIS` to `StateDict`. At least one is a generator; a
        single file is the EMA generator.
    Raises: OfficialCheckpointError or PyTorchFileError, naming the file; PyTorchError.
    """
    path = Path(path)
    paths = _official_files(path) if path.is_dir() else {"ema_generator": path}
    found = {}
    for network, file in paths.items():
        found[network] = StateDict(file, pytorch_files.read_state_dict(file))
        _require_kind(found[network], is_generator=network != "discriminator")
    return found


def load(network, state_dict):
    """Copies a file's weights into a network.

    Args:
        network: `OASISGenerator` or `OASISDiscriminator`.
        state_dict: `StateDict` of its kind.
    Raises: OfficialCheckpointError naming the setting in which file and network differ; the
        network is then unchanged.
    """
    arrays = state_dict.arrays
    problems = official_names.misfits(network, arrays)
    if not problems:
        official_names.load_state_dict(network, arrays)
        return
    about = _other_classes(network, state_dict) or _other_settings(network, arrays)
    if about is None:
        more = len(problems) - NAMED_PROBLEMS
        about = "it does not fit the config's network: " + "; ".join(problems[:NAMED_PROBLEMS])
        about += f"; and {more} more" if more > 0 else ""
    raise OfficialCheckpointError(f"{state_dict.path}: {about}")


def require_none(folder):
    """Raises: OfficialCheckpointError if a folder contains one of the files already."""
    for name in FILES.values():
        if Path(folder, name).exists():
            raise OfficialCheckpointError(
                f"{Path(folder, name)} exists already; name another folder with --out"
            )


def write(folder, networks):
    """Writes networks as official files; see `pytorch_files.write_state_dicts`.

    Args:
        folder: created if missing; existing files are replaced.
        networks: dict of the names in `FILES` to network.
    Raises: PyTorchError.
    """
    pytorch_files.write_state_dicts(
        folder,
        {FILES[name]: official_names.to_state_dict(net) for name, net in networks.items()},
    )


def _official_files(folder):
    for place in (folder, folder / SUBFOLDER):
        found = {network: place / name for network, name in FILES.items()}
        found = {network: path for network, path in found.items() if path.exists()}
        if "ema_generator" in found or "generator" in found:
            return found
    raise OfficialCheckpointError(
        f"{folder}: there is no {FILES['ema_generator']} and no {FILES['generator']}, here or in "
        f"{SUBFOLDER}/; name the folder that holds them, or a single .pth file"
    )


def _require_kind(state_dict, *, is_generator):
    expected = "generator" if is_generator else "discriminator"
    if state_dict.kind != expected:
        raise OfficialCheckpointError(
            f"{state_dict.path} holds a {state_dict.kind}; expected a {expected} of the official "
            f"code, with {GENERATOR_KEY if is_generator else DISCRIMINATOR_KEY}"
        )


def _other_classes(network, state_dict):
    """The message if the file has another number of classes, else None."""
    if state_dict.is_generator:
        noise = network.z_dim
        num_classes = state_dict.arrays[GENERATOR_KEY].shape[1:2]
        how = f" beside {noise} channels of noise (generator.z_dim)" if noise else ""
    else:
        noise, how = 1, ""  # the logit of "fake"
        num_classes = state_dict.arrays[DISCRIMINATOR_KEY].shape[0:1]
    if num_classes in ((), (network.num_classes + noise,)):
        return None
    return (
        f"this checkpoint has {num_classes[0] - noise} classes{how}, the config "
        f"{network.num_classes} (void counts); is it of another data set?"
    )


def _other_settings(network, arrays):
    """The message if the file has another normalisation than the network, else None."""
    has_spectral_norm = any(name.endswith(".weight_orig") for name in arrays)
    if has_spectral_norm != network.spectral_norm:
        return (
            f"it was trained {'with' if has_spectral_norm else 'without'} spectral norm, but the "
            f"config's spectral_norm is {str(network.spectral_norm).lower()}"
        )
    has_statistics = any(name.endswith(".running_mean") for name in arrays)
    if hasattr(network, "norm") and has_statistics != (network.norm == "batch"):
        return (
            f"it holds {'' if has_statistics else 'no '}statistics of batch normalisation, but "
            f"the config's generator.norm is {network.norm}"
        )
    return None
