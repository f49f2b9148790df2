"""Atomic checkpoints: written to a temporary folder, verified, renamed.

A checkpoint is a folder `step_00000400/` with the files of one step and `state.json`, which
holds the step, every file's size and SHA-256, and which checkpoint is the best so far. This
module handles files, not models. `checkpoint_search` finds the checkpoints.
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
    files_of,
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
    "files_of",
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
    """Writes one checkpoint and removes the oldest ones. Keeps an intact one of that step as it is.

    Args:
        folder: the folder of a run's checkpoints.
        step: int, number of finished training steps.
        files: dict of file name to function(path), which writes the file.
        keep_last: int, number of checkpoints to keep, besides those that they record as the best.
        verify: dict of file name to function(path), which raises if the file differs from what
            was to be written.
        best: `Best` or None, recorded in `state.json`.
        expected_bytes: int, approximate size of the files. If the disk has less space, nothing is
            written.
    Returns: path of the checkpoint.
    Raises: CheckpointError; existing checkpoints are unchanged then.
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
    """Path of the checkpoint that the newest one records as the best; None unless it is whole."""
    newest = latest(folder)
    record = newest and best_of(newest)
    path = record and path_of(folder, record.step)
    return path if path and is_whole(path) else None


def set_aside(checkpoint):
    """Renames a damaged checkpoint, so that it is not used any more. Returns: the new path.

    Raises: CheckpointError if it is a file, which this program did not write.
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
    """Half a sentence for error messages: the newest whole checkpoint."""
    last = latest(folder, up_to_step=up_to_step)
    return f"the last good checkpoint is {last}" if last else "there is no earlier checkpoint"


def _write_whole(folder, target, step, files, verify, best, expected_bytes):
    temporary = folder / f"{TEMPORARY}{target.name}"
    try:
        temporary.mkdir(parents=True)
        _require_space(folder, expected_bytes)
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
            _discard(target)  # incomplete or damaged
        os.rename(temporary, target)
        _sync(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        with suppress(OSError):
            folder.rmdir()  # `RunFolder` takes an empty folder for lost checkpoints
        raise


def _prune(folder, keep_last, best):
    """Removes the oldest checkpoints. Keeps those that a kept one records as the best."""
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
    """Removes a checkpoint atomically: renames it first."""
    discarded = checkpoint.with_name(f"{TEMPORARY}{checkpoint.name}.old")
    os.rename(checkpoint, discarded)
    _remove(discarded)


def _remove_leftovers(folder):
    """Removes temporary folders of killed processes."""
    for leftover in folder.glob(f"{TEMPORARY}step_*"):
        _remove(leftover)


def _remove(path):
    """Removes a folder, a file or a link, but never the target of a link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _require_space(folder, expected_bytes):
    free = shutil.disk_usage(folder).free
    if free < expected_bytes:
        raise OSError(
            errno.ENOSPC,
            f"{os.strerror(errno.ENOSPC)} (it needs about {expected_bytes / 2**20:,.0f} MiB, "
            f"{free / 2**20:,.0f} MiB are free)",
        )


def _reason(error):
    """The message of an error, in one line."""
    return getattr(error, "strerror", None) or str(error).partition("\n")[0]


def _sync(path):
    """Flushes a file or folder to disk, and a file out of the page cache, so that it is read back
    from disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if path.is_file() and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
