"""Checkpoints that are whole or not there: written beside, verified, then renamed.

A checkpoint is a folder `step_00000400/` with the files of one moment and `state.json`, which
holds the step and every file's size. This module knows files, not models.
"""

import errno
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np

STATE = "state.json"
TEMPORARY = ".writing-"


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written or found, in a sentence."""


class NonFiniteError(CheckpointError):
    """Losses or weights that are NaN or infinite, in a sentence."""


def write(folder, *, step, files, keep_last, expected_bytes=0):
    """Writes one checkpoint and removes the oldest ones; does nothing if that step has one.

    Args:
        folder: where the checkpoints of a run lie.
        step: int, number of finished training steps.
        files: dict of file name to function(path), which writes the file.
        keep_last: int, how many checkpoints stay.
        expected_bytes: int, about what the files will take. A disk without that much room is an
            error before anything is written: HDF5 does not survive one that fills up meanwhile.
    Returns: path of the checkpoint.
    Raises: CheckpointError, and the checkpoints that were there are untouched.
    """
    folder = Path(folder)
    target = folder / f"step_{step:08d}"
    if is_whole(target):
        return target
    temporary = folder / f"{TEMPORARY}{target.name}"
    try:
        _remove_leftovers(folder, target)
        temporary.mkdir(parents=True)
        _require_room(folder, expected_bytes)
        _write_files(temporary, step=step, files=files)
        os.rename(temporary, target)
        _sync(folder)
    except NonFiniteError as error:
        raise NonFiniteError(f"step {step}: {error}; {_what_is_left(folder)}") from error
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise CheckpointError(
            f"the checkpoint {target} could not be written: {_reason(error)}; "
            f"{_what_is_left(folder)}"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for old in whole_checkpoints(folder)[:-keep_last]:
        discarded = folder / f"{TEMPORARY}{old.name}"
        os.rename(old, discarded)
        shutil.rmtree(discarded)
    return target


def latest(folder):
    """Path of the newest whole checkpoint in a folder, or None."""
    return next(reversed(whole_checkpoints(folder)), None)


def whole_checkpoints(folder):
    """Paths of all checkpoints that are whole, the oldest first."""
    return sorted(filter(is_whole, Path(folder).glob("step_*")), key=step_of)


def step_of(checkpoint):
    """The number of finished training steps that a checkpoint holds."""
    return int(json.loads(Path(checkpoint, STATE).read_text(encoding="utf-8"))["step"])


def is_whole(checkpoint):
    """Whether all files of a checkpoint are there in full size."""
    try:
        sizes = json.loads(Path(checkpoint, STATE).read_text(encoding="utf-8"))["files"]
        return all(Path(checkpoint, name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_files(temporary, *, step, files):
    for name, write_file in files.items():
        write_file(temporary / name)
        _sync(temporary / name)
        _verify(temporary / name)
    sizes = {name: (temporary / name).stat().st_size for name in files}
    state = json.dumps({"step": step, "files": sizes}, indent=2)
    (temporary / STATE).write_text(state + "\n", encoding="utf-8")
    _sync(temporary / STATE)
    _sync(temporary)


def _verify(path):
    """Reads a file back: all of it is there, and all its weights are finite."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            weights = io.BytesIO(archive.read("model.weights.h5"))
    elif path.suffix == ".h5":
        weights = path
    else:
        return
    with h5py.File(weights) as file:
        file.visititems(_require_finite)


def _require_finite(name, item):
    if not isinstance(item, h5py.Dataset) or not np.issubdtype(item.dtype, np.floating):
        return
    if not np.isfinite(item[()]).all():
        raise NonFiniteError(f"the weights {name} are not finite, so nothing was saved")


def _require_room(folder, expected_bytes):
    free = shutil.disk_usage(folder).free
    if free < expected_bytes:
        raise OSError(
            errno.ENOSPC,
            f"{os.strerror(errno.ENOSPC)} (it needs about {expected_bytes / 2**20:,.0f} MiB, "
            f"{free / 2**20:,.0f} MiB are free)",
        )


def _reason(error):
    """What went wrong in one line, also where HDF5 tells it in five."""
    text = getattr(error, "strerror", None) or str(error)
    full = os.strerror(errno.ENOSPC)
    return full if full in text and "\n" in text else text.partition("\n")[0]


def _remove_leftovers(folder, target):
    """Removes what a killed process left: temporary folders, and a half-copied target."""
    for leftover in [target, *folder.glob(f"{TEMPORARY}*")]:
        if leftover.exists():
            shutil.rmtree(leftover)


def _what_is_left(folder):
    last = latest(folder)
    return f"the last good checkpoint is {last}" if last else "there is no earlier checkpoint"


def _sync(path):
    """Makes the kernel put a file or folder onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
