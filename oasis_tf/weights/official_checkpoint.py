"""The files of the official code of each model, such as OASIS's `best_EMA.pth`."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from oasis_tf.io import pytorch_files
from oasis_tf.weights import official_names

SUBFOLDER = "models"  # of an experiment's folder, in OASIS's official code
NAMED_PROBLEMS = 3
RGB = 3  # channels


class OfficialFiles(NamedTuple):
    """The files of a model's official code.

    files: dict of a network of `GAN`, or "encoder", to file name; without EMA there is no
        "ema_generator".
    generator_key, discriminator_key, encoder_key: a key that each network's file has, and no
        other's; None for a model without such a network.
    """

    files: dict[str, str]
    generator_key: str
    discriminator_key: str
    encoder_key: str | None = None


OFFICIAL = {  # by `Config.model`
    "oasis": OfficialFiles(
        files={
            "ema_generator": "best_EMA.pth",
            "generator": "best_G.pth",
            "discriminator": "best_D.pth",
        },
        generator_key="fc.weight",
        discriminator_key="layer_up_last.weight",
    ),
    "spade": OfficialFiles(
        files={
            "generator": "latest_net_G.pth",
            "discriminator": "latest_net_D.pth",
            "encoder": "latest_net_E.pth",
        },
        generator_key="fc.weight",
        discriminator_key="discriminator_0.model0.0.weight",
        encoder_key="fc_mu.weight",
    ),
    "pix2pix": OfficialFiles(
        files={"generator": "latest_net_G.pth", "discriminator": "latest_net_D.pth"},
        generator_key="model.model.0.weight",
        discriminator_key="model.0.weight",
    ),
}


class OfficialCheckpointError(ValueError):
    """An unusable official checkpoint; the message names the file."""


class StateDict(NamedTuple):
    """The content of one file: official names to arrays."""

    path: Path
    arrays: dict[str, np.ndarray]
    model: str = "oasis"

    @property
    def is_generator(self):
        return OFFICIAL[self.model].generator_key in self.arrays

    @property
    def kind(self):
        if self.is_generator:
            return "generator"
        official = OFFICIAL[self.model]
        for kind in ("discriminator", "encoder"):
            if getattr(official, f"{kind}_key") in self.arrays:
                return kind
        return "network of another kind"


def read(path, *, model="oasis"):
    """Reads a folder of official files, or a single file of a generator.

    Args:
        path: a .pth file, or a folder with those of `OFFICIAL`, in itself or in `models/`.
        model: str, as in a config.
    Returns: dict of the network's name in `GAN` to `StateDict`. At least one is a generator; a
        single file is the EMA generator.
    Raises: OfficialCheckpointError or PyTorchFileError, naming the file; PyTorchError.
    """
    path = Path(path)
    paths = _official_files(path, model) if path.is_dir() else {"ema_generator": path}
    found = {}
    for network, file in paths.items():
        found[network] = StateDict(file, pytorch_files.read_state_dict(file), model)
        kind = network if network in ("discriminator", "encoder") else "generator"
        _require_kind(found[network], kind)
    return found


def load(network, state_dict):
    """Copies a file's weights into a network.

    Args:
        network: a network of `oasis_tf.models`.
        state_dict: `StateDict` of its kind.
    Raises: OfficialCheckpointError naming the setting in which file and network differ; the
        network is then unchanged.
    """
    arrays = state_dict.arrays
    problems = official_names.misfits(network, arrays)
    if not problems:
        official_names.load_state_dict(network, arrays)
        return
    about = (
        _other_noise(network, state_dict)
        or _other_classes(network, state_dict)
        or _other_settings(network, arrays)
    )
    if about is None:
        more = len(problems) - NAMED_PROBLEMS
        about = "it does not fit the config's network: " + "; ".join(problems[:NAMED_PROBLEMS])
        about += f"; and {more} more" if more > 0 else ""
    raise OfficialCheckpointError(f"{state_dict.path}: {about}")


def require_none(folder, *, model="oasis"):
    """Raises: OfficialCheckpointError if a folder contains one of the files already."""
    for name in OFFICIAL[model].files.values():
        if Path(folder, name).exists():
            raise OfficialCheckpointError(
                f"{Path(folder, name)} exists already; name another folder with --out"
            )


def write(folder, networks, *, model="oasis"):
    """Writes networks as official files; see `pytorch_files.write_state_dicts`.

    A model whose official code has no EMA gets the EMA generator as its generator: it is the one
    that makes the run's images.

    SPADE's encoder, a part of that generator, gets a file of its own.

    Args:
        folder: created if missing; existing files are replaced.
        networks: dict of "ema_generator", "generator" and "discriminator" to network.
    Returns: dict of a network's name to the path of its file.
    Raises: PyTorchError.
    """
    files = OFFICIAL[model].files
    if "ema_generator" not in files:
        networks = networks | {"generator": networks["ema_generator"]}
    if model == "spade" and networks["generator"].encoder is not None:
        networks = networks | {"encoder": networks["generator"].encoder}
    files = {name: file for name, file in files.items() if name in networks}
    pytorch_files.write_state_dicts(
        folder,
        {file: official_names.to_state_dict(networks[name]) for name, file in files.items()},
    )
    return {name: Path(folder, file) for name, file in files.items()}


def _official_files(folder, model):
    files = OFFICIAL[model].files
    for place in (folder, folder / SUBFOLDER):
        found = {network: place / name for network, name in files.items()}
        found = {network: path for network, path in found.items() if path.exists()}
        if "ema_generator" in found or "generator" in found:
            return found
    generators = [files[name] for name in ("ema_generator", "generator") if name in files]
    raise OfficialCheckpointError(
        f"{folder}: there is no {' and no '.join(generators)}, here or in {SUBFOLDER}/; name the "
        "folder that holds them, or a single .pth file"
    )


def _require_kind(state_dict, expected):
    if state_dict.kind != expected:
        key = getattr(OFFICIAL[state_dict.model], f"{expected}_key")
        raise OfficialCheckpointError(
            f"{state_dict.path} holds a {state_dict.kind}; expected a {expected} of the official "
            f"code, with {key}"
        )


def _other_noise(network, state_dict):
    """The message if the file is of a SPADE with another length of z, else None."""
    if state_dict.model != "spade" or not state_dict.is_generator:
        return None
    weight = state_dict.arrays[OFFICIAL["spade"].generator_key]
    z_dim = weight.shape[1] if weight.ndim == 2 else 0  # else a convolution of the labels
    if z_dim == network.z_dim:
        return None
    return (
        f"it is of a generator with generator.z_dim {z_dim}, the config's is {network.z_dim} (0: "
        "without the variational encoder)"
    )


def _other_classes(network, state_dict):
    """The message if the file has another number of classes, else None."""
    official = OFFICIAL[state_dict.model]
    if state_dict.model == "spade" and state_dict.kind != "discriminator" and network.z_dim:
        return None  # neither z's dense layer nor the encoder sees classes
    if state_dict.model != "oasis":
        key = official.generator_key if state_dict.is_generator else official.discriminator_key
        noise, how = 0 if state_dict.is_generator else RGB, ""  # the image behind the labels
        num_classes = state_dict.arrays[key].shape[1:2]
    elif state_dict.is_generator:
        noise = network.z_dim
        num_classes = state_dict.arrays[official.generator_key].shape[1:2]
        how = f" beside {noise} channels of noise (generator.z_dim)" if noise else ""
    else:
        noise, how = 1, ""  # the logit of "fake"
        num_classes = state_dict.arrays[official.discriminator_key].shape[0:1]
    if num_classes in ((), (network.num_classes + noise,)):
        return None
    return (
        f"this checkpoint has {num_classes[0] - noise} classes{how}, the config "
        f"{network.num_classes} (void counts); is it of another data set?"
    )


def _other_settings(network, arrays):
    """The message if the file has another normalisation than the network, else None."""
    if not hasattr(network, "spectral_norm"):
        return None
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
