"""Checkpoints that are whole or not there: written beside, read back, then renamed.

A checkpoint is a folder `step_00000400/` with the files of one moment and `state.json`, which
holds the step, every file's size and SHA-256, and which checkpoint is the best one so far. This
module knows files, not models; `checkpoint_search` finds what it wrote.
"""

import errno
import os
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path

from oasis_tf.io.checksum import file_sha256
from oasis_tf.runs.checkpoint_search import (
    all_checkpoints,
    best_of,
    damage_of,
    is_whole,
    latest,
    newest_intact,
    newest_state,
    path_of,
    require_intact,
    sha256_of,
    step_of,
    whole_checkpoints,
)
from oasis_tf.runs.checkpoint_state import STATE, Best, CheckpointError, NonFiniteError, write_state

TEMPORARY = ".writing-"
DAMAGED = "damaged_"
NO_FOLDER = "is a file, so it is no checkpoint; move it to another folder"

__all__ = [
    "Best",
    "CheckpointError",
    "NonFiniteError",
    "all_checkpoints",
    "best",
    "best_of",
    "damage_of",
    "is_whole",
    "latest",
    "newest_intact",
    "newest_state",
    "path_of",
    "require_intact",
    "set_aside",
    "sha256_of",
    "step_of",
    "what_is_left",
    "whole_checkpoints",
    "write",
]


def write(folder, *, step, files, keep_last, verify=None, best=None, expected_bytes=0):
    """Writes one checkpoint and removes the oldest ones; an intact one of that step stays as it is.

    Args:
        folder: where the checkpoints of a run lie.
        step: int, number of finished training steps.
        files: dict of file name to function(path), which writes the file.
        keep_last: int, how many checkpoints stay, beside those that one of them calls the best.
        verify: dict of file name to function(path), which raises if the file that lies there is
            not what was to be written.
        best: `Best` or None, told to whoever reads this checkpoint.
        expected_bytes: int, about what the files will take. A disk without that much room is an
            error before anything is written.
    Returns: path of the checkpoint.
    Raises: CheckpointError, and the checkpoints that were there are untouched.
    """
    folder = Path(folder)
    target = path_of(folder, step)
    _remove_leftovers(folder)
    if damage_of(target):
        try:
            _write_whole(folder, target, step, files, verify or {}, best, expected_bytes)
        except NonFiniteError as error:
            raise NonFiniteError(f"step {step}: {error}; {what_is_left(folder)}") from error
        except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
            raise CheckpointError(
                f"the checkpoint {target} could not be written: {_reason(error)}; "
                f"{what_is_left(folder)}"
            ) from error
    _prune(folder, keep_last, best)
    return target


def best(folder):
    """Path of the checkpoint that the newest one calls the best, or None if it is not whole."""
    newest = latest(folder)
    record = newest and best_of(newest)
    path = record and path_of(folder, record.step)
    return path if path and is_whole(path) else None


def set_aside(checkpoint):
    """Gives a damaged checkpoint a name that no one looks for; returns the new path.

    Raises: CheckpointError if it is no folder: a file of that name is not ours.
    """
    if checkpoint.is_file():
        raise CheckpointError(f"{checkpoint} {NO_FOLDER}")
    target = checkpoint.with_name(checkpoint.name.replace("step_", DAMAGED))
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target, ignore_errors=True)
    while os.path.lexists(target):
        target = target.with_name(f"{target.name}_")
    return checkpoint.rename(target)


def what_is_left(folder, *, up_to_step=None):
    """Half a sentence for who cannot go on."""
    last = latest(folder, up_to_step=up_to_step)
    return f"the last good checkpoint is {last}" if last else "there is no earlier checkpoint"


def _write_whole(folder, target, step, files, verify, best, expected_bytes):
    temporary = folder / f"{TEMPORARY}{target.name}"
    try:
        temporary.mkdir(parents=True)
        _require_room(folder, expected_bytes)
        records = {}
        for name, write_file in files.items():
            path = temporary / name
            write_file(path)
            _sync(path)
            verify.get(name, Path.stat)(path)
            records[name] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
        write_state(temporary / STATE, step=step, files=records, best=best)
        _sync(temporary / STATE)
        _sync(temporary)
        if target.is_file():
            raise ValueError(f"{target.name} {NO_FOLDER}")
        if os.path.lexists(target):
            _discard(target)  # half of one, or a damaged one
        os.rename(temporary, target)
        _sync(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        with suppress(OSError):
            folder.rmdir()  # an empty one says that checkpoints were lost, see `RunFolder`
        raise


def _prune(folder, keep_last, best):
    """Removes the oldest checkpoints, but none that one of those that stay calls the best."""
    whole = whole_checkpoints(folder)
    kept = set(whole[-keep_last:])
    named = [best, *map(best_of, kept)]
    while named := [path_of(folder, one.step) for one in named if one]:
        new = {path for path in named if path in whole} - kept
        kept |= new
        named = [best_of(path) for path in new]
    for old in whole:
        if old not in kept:
            _discard(old)


def _discard(checkpoint):
    """Removes a checkpoint so that half of one is never seen."""
    discarded = checkpoint.with_name(f"{TEMPORARY}{checkpoint.name}.old")
    os.rename(checkpoint, discarded)
    _remove(discarded)


def _remove_leftovers(folder):
    """Removes what a killed process left under temporary names."""
    for leftover in folder.glob(f"{TEMPORARY}step_*"):
        _remove(leftover)


def _remove(path):
    """Removes a folder, a file or a link, but never what a link leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _require_room(folder, expected_bytes):
    free = shutil.disk_usage(folder).free
    if free < expected_bytes:
        raise OSError(
            errno.ENOSPC,
            f"{os.strerror(errno.ENOSPC)} (it needs about {expected_bytes / 2**20:,.0f} MiB, "
            f"{free / 2**20:,.0f} MiB are free)",
        )


def _reason(error):
    """What went wrong in one line."""
    return getattr(error, "strerror", None) or str(error).partition("\n")[0]


def _sync(path):
    """Makes the kernel put a file or folder onto the disk, and read a file from there again."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if path.is_file() and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
