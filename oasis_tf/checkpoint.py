"""Checkpoints that are whole or not there: written beside, read back, then renamed.

A checkpoint is a folder `step_00000400/` with the files of one moment and `state.json`, which
holds the step, every file's size and SHA-256, and which checkpoint is the best one so far. This
module knows files, not models.
"""

import errno
import hashlib
import json
import os
import shutil
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

STATE = "state.json"
TEMPORARY = ".writing-"
DAMAGED = "damaged_"
LESS_IS_BETTER = ("fid", "kid")


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written or found, in a sentence."""


class NonFiniteError(CheckpointError):
    """Losses or weights that are NaN or infinite, in a sentence."""


@dataclass(frozen=True)
class Best:
    """The step that scored best so far, by which metric, and its score."""

    step: int
    metric: str
    score: float

    def is_beaten_by(self, score):
        """Whether a score of the same metric is better: less of a distance, more of others."""
        return score < self.score if self.metric in LESS_IS_BETTER else score > self.score


def write(folder, *, step, files, keep_last, verify=None, best=None, expected_bytes=0):
    """Writes one checkpoint and removes the oldest ones; an intact one of that step stays as it is.

    Args:
        folder: where the checkpoints of a run lie.
        step: int, number of finished training steps.
        files: dict of file name to function(path), which writes the file.
        keep_last: int, how many checkpoints stay, beside the best one.
        verify: dict of file name to function(path), which raises if the file that lies there is
            not what was to be written.
        best: `Best` or None, told to whoever reads this checkpoint; that step's stays.
        expected_bytes: int, about what the files will take. A disk without that much room is an
            error before anything is written.
    Returns: path of the checkpoint.
    Raises: CheckpointError, and the checkpoints that were there are untouched.
    """
    folder = Path(folder)
    target = _path_of(folder, step)
    _remove_leftovers(folder)
    if not (is_whole(target) and not damaged_files(target)):
        try:
            _write_whole(folder, target, step, files, verify or {}, best, expected_bytes)
        except NonFiniteError as error:
            raise NonFiniteError(f"step {step}: {error}; {what_is_left(folder)}") from error
        except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
            raise CheckpointError(
                f"the checkpoint {target} could not be written: {_reason(error)}; "
                f"{what_is_left(folder)}"
            ) from error
    kept = {_path_of(folder, best.step)} if best else set()
    for old in whole_checkpoints(folder)[:-keep_last]:
        if old not in kept:
            _discard(old)
    return target


def latest(folder, *, up_to_step=None):
    """Path of the newest whole checkpoint in a folder (of that step at most), or None."""
    found = whole_checkpoints(folder)
    if up_to_step is not None:
        found = [path for path in found if step_of(path) <= up_to_step]
    return next(reversed(found), None)


def best(folder):
    """Path of the checkpoint that the newest one calls the best, or None."""
    newest = latest(folder)
    record = newest and best_of(newest)
    path = record and _path_of(Path(folder), record.step)
    return path if path and is_whole(path) else None


def whole_checkpoints(folder):
    """Paths of all checkpoints that are whole, the oldest first.

    Each is read once: a process that trains there may remove it in the meantime.
    """
    states = {path: _state_if_whole(path) for path in Path(folder).glob("step_*")}
    whole = [path for path, state in states.items() if state is not None]
    return sorted(whole, key=lambda path: int(states[path]["step"]))


def step_of(checkpoint):
    """The number of finished training steps that a checkpoint holds."""
    return int(_state_of(checkpoint)["step"])


def best_of(checkpoint):
    """The `Best` up to a checkpoint's step, or None."""
    record = _state_of(checkpoint).get("best")
    return Best(**record) if record else None


def is_whole(checkpoint):
    """Whether all files of a checkpoint are there in full size."""
    return _state_if_whole(checkpoint) is not None


def damaged_files(checkpoint):
    """Names of the files of a whole checkpoint whose bytes are not those that were written."""
    files = _state_of(checkpoint)["files"]
    return [
        name for name, file in files.items() if _sha256(Path(checkpoint, name)) != file["sha256"]
    ]


def sha256_of(checkpoint, name):
    """What a whole checkpoint says the SHA-256 of its file `name` is: str of hexadecimal digits."""
    return _state_of(checkpoint)["files"][name]["sha256"]


def newest_intact(folder):
    """Reads the newest checkpoints until one is what was written.

    Returns: its path or None, and dict of path to the names of damaged files of the newer ones.
    """
    damaged = {}
    for path in reversed(whole_checkpoints(folder)):
        names = damaged_files(path)
        if not names:
            return path, damaged
        damaged[path] = names
    return None, damaged


def set_aside(checkpoint):
    """Gives a damaged checkpoint a name that no one looks for; returns the new path."""
    target = checkpoint.with_name(checkpoint.name.replace("step_", DAMAGED))
    shutil.rmtree(target, ignore_errors=True)
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
        state = {"step": step, "files": {}, "best": asdict(best) if best else None}
        for name, write_file in files.items():
            path = temporary / name
            write_file(path)
            _sync(path)
            verify.get(name, Path.stat)(path)
            state["files"][name] = {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        (temporary / STATE).write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        _sync(temporary / STATE)
        _sync(temporary)
        if target.exists():
            _discard(target)  # half of one, or a damaged one
        os.rename(temporary, target)
        _sync(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _path_of(folder, step):
    return folder / f"step_{step:08d}"


def _state_if_whole(checkpoint):
    try:
        state = _state_of(checkpoint)
        int(state["step"])
        sizes = {Path(checkpoint, name): file["bytes"] for name, file in state["files"].items()}
        is_whole = all(path.stat().st_size == size for path, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return state if is_whole else None


def _state_of(checkpoint):
    return json.loads(Path(checkpoint, STATE).read_text(encoding="utf-8"))


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _discard(checkpoint):
    """Removes a checkpoint so that half of one is never seen."""
    discarded = checkpoint.with_name(f"{TEMPORARY}{checkpoint.name}.old")
    os.rename(checkpoint, discarded)
    shutil.rmtree(discarded)


def _remove_leftovers(folder):
    """Removes the temporary folders that a killed process left."""
    for leftover in folder.glob(f"{TEMPORARY}step_*"):
        shutil.rmtree(leftover)


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
