"""A small copy of a run to give away: the generator with half-precision kernels, nothing else."""

import io
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

from oasis_tf import models  # noqa: F401, registers the generators for Keras
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CONFIG, GENERATOR, RunFolder

WEIGHTS = "model.weights.h5"  # in a `.keras` file


def write_without_training(checkpoint: Path, to: Path) -> Path:
    """Writes a run folder with one checkpoint of the generator and the config.

    Kernels are stored as float16, in half the bytes; vectors (biases, moments, u and v) stay
    float32. Keras reads them into float32 variables. Training cannot go on from the copy.

    Args:
        checkpoint: path of a checkpoint, see `RunFolder.require_checkpoint`.
        to: path of the run folder to write.
    Returns: path of the new checkpoint.
    Raises: CheckpointError.
    """
    folder = RunFolder(Path(to))
    folder.path.mkdir(parents=True, exist_ok=True)
    config = (checkpoint / CONFIG).read_bytes()
    with whole_file(folder.config) as temporary:
        Path(temporary).write_bytes(config)
    return checkpoint_files.write(
        folder.checkpoints,
        step=checkpoint_files.step_of(checkpoint),
        files={
            GENERATOR: lambda path: _write_small(checkpoint / GENERATOR, path),
            CONFIG: lambda path: Path(path).write_bytes(config),
        },
        verify={GENERATOR: keras.saving.load_model},
        keep_last=1,
    )


def _write_small(source, target):
    """Copies a `.keras` file; arrays of two axes or more become float16."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == WEIGHTS:
                content = _small_weights(content)
            # No time stamps: the same weights give the same bytes.
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _small_weights(content):
    """The bytes of an HDF5 file with its large arrays in float16."""
    result = io.BytesIO()
    with h5py.File(io.BytesIO(content)) as old, h5py.File(result, "w") as new:
        new.attrs.update(old.attrs)

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                array = item[()]
                is_kernel = array.ndim > 1 and array.dtype == np.float32
                copied = new.create_dataset(name, data=np.float16(array) if is_kernel else array)
            else:
                copied = new.require_group(name)
            copied.attrs.update(item.attrs)

        old.visititems(copy)
    return result.getvalue()
