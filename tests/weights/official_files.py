"""Official checkpoint files of small networks, and the verbs that import them."""

import functools
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from command_line import call
from golden_weights import state_dict

from oasis_tf.config import load_config
from oasis_tf.models import OASISDiscriminator, OASISGenerator
from oasis_tf.runs import checkpoint
from oasis_tf.weights import official_names
from oasis_tf.weights.official_checkpoint import OFFICIAL

ROOT = Path(__file__).parents[2]
TINY = ROOT / "configs" / "tiny.yaml"
PREFIXES = {"best_EMA.pth": "G", "best_G.pth": "G", "best_D.pth": "D"}


def save(path, arrays, is_zip=True):
    path.parent.mkdir(exist_ok=True)
    tensors = OrderedDict((name, torch.tensor(array)) for name, array in arrays.items())
    torch.save(tensors, path, _use_new_zipfile_serialization=is_zip)


def official_files(folder, *, names=PREFIXES, config=TINY, overrides=()):
    """Writes files of a config's networks, each of its own weights; returns {name: arrays}.

    The G file is in PyTorch's old format, the others are in its new one.
    """
    made = {}
    for seed, name in enumerate(names):
        shapes = _official_shapes(PREFIXES[name], config, tuple(overrides))
        made[name] = state_dict(PREFIXES[name], shapes, seed)
        save(folder / name, made[name], is_zip=name != "best_G.pth")
    return made


@functools.cache
def _official_shapes(prefix, config, overrides):
    """{official name: shape} of a config's network, which takes a second to build."""
    config = load_config(config, overrides=overrides)
    network = {
        "G": lambda: OASISGenerator(**config.generator.model_dump()),
        "D": lambda: OASISDiscriminator(
            **config.discriminator.model_dump(
                exclude={"backbone", "backbone_upscale", "image_levels"}
            )
        ),
    }[prefix]()
    return {key: entry.shape for key, entry in official_names.entries(network).items()}


def import_weights(checkpoint, run, *overrides, config=TINY, exit_code=0):
    options = ["--checkpoint", checkpoint, "--config", config, "--run-dir", run]
    sets = [f"--set={override}" for override in overrides]
    return call("import-weights", *options, *sets, exit_code=exit_code)


def imported(run, step=0):
    """The official names and arrays of what lies in a run, by the names of the official files."""
    path = run / "checkpoints" / f"step_{step:08d}"
    networks = checkpoint.load_networks(path)
    networks = {OFFICIAL["oasis"].files[name]: network for name, network in networks.items()}
    networks["painter"] = checkpoint.load_generator(path)
    return {name: official_names.to_state_dict(network) for name, network in networks.items()}


def assert_equal_arrays(actual, expected):
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array, err_msg=name)


def loaded(path):
    return {name: tensor.numpy() for name, tensor in torch.load(path, weights_only=True).items()}
