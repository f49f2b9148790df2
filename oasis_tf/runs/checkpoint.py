"""Checkpoints of a model: the training state, and the recalibrated EMA generator.

The generator has a file of its own. So saving does not change the state of training, and
generating images needs neither the other networks nor the optimizers.
"""

import io
import math
import zipfile
import zlib
from collections import Counter

import h5py
import keras
import numpy as np

from oasis_tf.config import load_config
from oasis_tf.models import OASISGenerator, ema
from oasis_tf.models.build import build_networks
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CONFIG, GENERATOR, TRAINING_STATE
from oasis_tf.runs.positional_names import is_positional, keys_by_name
from oasis_tf.runs.training_state import NETWORKS, OPTIONAL, network_state, training_state

MAX_HEADER_BYTES = 1100  # per variable of a file; HDF5 takes 1020 to 1050


def write(folder, *, model, config, recalibrated_ema, keep_last, best=None):
    """Writes the checkpoint of the model's step, see `checkpoint_files.write`.

    Both files are read back and compared with the variables before the checkpoint is renamed.

    Args:
        folder: where the checkpoints of the run lie.
        model: a compiled `GAN`.
        config: `Config` of the run.
        recalibrated_ema: function() -> the recalibrated EMA generator.
        keep_last: int, number of checkpoints to keep.
        best: `Best` or None.
    Returns: path of the checkpoint.
    Raises: CheckpointError.
    """
    state = training_state(model)
    return checkpoint_files.write(
        folder,
        step=int(model.step.numpy()),
        files={
            TRAINING_STATE: lambda path: _save_arrays(path, state),
            GENERATOR: lambda path: _save_generator(path, recalibrated_ema()),
            CONFIG: config.save,
        },
        verify={
            TRAINING_STATE: lambda path: _require_arrays(path, state),
            GENERATOR: lambda path: _require_generator(path, recalibrated_ema()),
        },
        keep_last=keep_last,
        best=best,
        expected_bytes=_expected_bytes([*state.values(), *model.generator.weights]),
    )


def restore(model, path):
    """Loads the training state of the checkpoint at `path` into a compiled `GAN`.

    Raises: CheckpointError if the checkpoint is damaged or belongs to another model.
    """
    checkpoint_files.require_intact(path, (CONFIG, TRAINING_STATE))
    _assign(path, training_state(model))
    step = int(model.step.numpy())
    if step != checkpoint_files.step_of(path):
        raise checkpoint_files.CheckpointError(f"{path} holds the weights of step {step}")


def has_training_state(path):
    """Whether the checkpoint at `path` can be trained on; a published one may only generate.

    Raises: CheckpointError.
    """
    return TRAINING_STATE in checkpoint_files.files_of(path)


def load_networks(path):
    """Builds the networks of the checkpoint at `path` with their weights in training.

    It needs no optimizers, and no file of a perceptual loss.

    Returns: dict of the names in `NETWORKS` to network.
    Raises: ConfigError; CheckpointError if the checkpoint is damaged.
    """
    checkpoint_files.require_intact(path, (CONFIG, TRAINING_STATE))
    generator, discriminator = build_networks(load_config(path / CONFIG))
    ema_generator = ema.clone(generator, dtype="float32")
    networks = dict(zip(NETWORKS, (generator, discriminator, ema_generator), strict=True))
    _assign(path, network_state(networks))
    return networks


def load_generator(path):
    """Returns the recalibrated EMA generator of the checkpoint at `path`.

    Raises: CheckpointError if the checkpoint is damaged or from another version.
    """
    checkpoint_files.require_intact(path, (CONFIG, GENERATOR))
    try:
        return keras.saving.load_model(
            path / GENERATOR, custom_objects={"OASISGenerator": OASISGenerator}
        )
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error


def _assign(path, state):
    """Reads the variables of `state`, and only these, from `TRAINING_STATE`.

    Raises: CheckpointError if one is missing, or its group in the file holds others.
    """
    try:
        with np.load(path / TRAINING_STATE, allow_pickle=False) as arrays:
            places = _places(arrays.files, state)
            for name, (key, index) in places.items():
                array = arrays[key][index]
                if array.shape != tuple(state[name].shape):
                    raise ValueError(
                        f"{name} has the shape {array.shape}, expected {tuple(state[name].shape)}"
                    )
                state[name].assign(array)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error


def _places(files, state):
    """dict of name to (key in the file, index)."""
    if is_positional(files):
        places = keys_by_name(files, state)
        unknown = []
    else:
        groups = {name.partition("/")[0] for name in state}
        unknown = [name for name in files if name not in state and name.partition("/")[0] in groups]
        places = {name: (name, ...) for name in files if name in state}
    different = [name for name in state if name not in places] + unknown
    different = [name for name in different if not name.startswith(OPTIONAL)]
    if different:
        raise ValueError(
            f"{TRAINING_STATE} is of another model or version: only one of them has {different[0]}"
        )
    return places


def _save_arrays(path, state):
    _require_finite(state)
    np.savez(path, **{name: variable.numpy() for name, variable in state.items()})


def _require_arrays(path, state):
    with np.load(path, allow_pickle=False) as arrays:
        for name, variable in state.items():
            if not np.array_equal(arrays[name], variable.numpy()):
                raise ValueError(f"{path.name} does not read back: {name} differs")


def _save_generator(path, generator):
    _require_finite({variable.path: variable for variable in generator.weights})
    generator.save(path)


def _require_generator(path, generator):
    """Raises: ValueError unless the weights file contains the values of every variable."""
    found = Counter()

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            found[_fingerprint(item[()])] += 1

    with zipfile.ZipFile(path) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as file:
        file.visititems(collect)
    if Counter(_fingerprint(variable.numpy()) for variable in generator.weights) - found:
        raise ValueError(f"{path.name} does not read back: weights differ")


def _fingerprint(array):
    return array.shape, zlib.crc32(np.ascontiguousarray(array))


def _require_finite(variables):
    for name, variable in variables.items():
        array = variable.numpy()
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise checkpoint_files.NonFiniteError(
                f"the weights {name} are not finite, so nothing was saved"
            )


def _unreadable(path, error):
    reason = str(error).partition("\n")[0]
    return checkpoint_files.CheckpointError(f"{path} cannot be read: {reason}")


def _expected_bytes(variables):
    return sum(4 * math.prod(variable.shape) + MAX_HEADER_BYTES for variable in variables)
