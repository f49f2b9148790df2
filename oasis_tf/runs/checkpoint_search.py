"""Finds the checkpoints of a folder, and says of each whether it is what was written.

Two questions are asked. Whole: `state.json` is as written and all files are there in full size.
Intact: the bytes of the files are those that were written, too; that reads them.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from oasis_tf.io.checksum import file_sha256
from oasis_tf.runs.checkpoint_state import (
    Best,
    CheckpointError,
    State,
    StateError,
    folder_name,
    read_state,
)

_FOLDER = re.compile(r"step_(\d{8,19})")


def all_checkpoints(folder: Path) -> list[Path]:
    """Paths of the checkpoints of a folder, whole or not, the oldest first; none if it is missing.

    Raises: CheckpointError if the folder cannot be read.
    """
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(folder, error) from error
    steps = {match[0]: int(match[1]) for match in map(_FOLDER.fullmatch, names) if match}
    return [Path(folder, name) for name in sorted(steps, key=steps.get)]


def whole_checkpoints(folder: Path) -> list[Path]:
    """Paths of all checkpoints that are whole, the oldest first.

    Raises: CheckpointError if the folder, or one of them, may not be read.
    """
    return [path for path in all_checkpoints(folder) if is_whole(path)]


def latest(folder: Path, *, up_to_step: int | None = None) -> Path | None:
    """Path of the newest whole checkpoint in a folder (of that step at most), or None."""
    for path in reversed(all_checkpoints(folder)):
        is_wanted = up_to_step is None or int(_FOLDER.fullmatch(path.name)[1]) <= up_to_step
        if is_wanted and is_whole(path):
            return path
    return None


def newest_intact(
    folder: Path, *, names: Iterable[str] | None = None
) -> tuple[Path | None, dict[Path, list[str]]]:
    """Reads the newest checkpoints until one is intact.

    Args:
        names: of the files that are to be read, see `damage_of`.
    Returns: its path or None, and dict of path to the damage of the newer ones. One that a process
        that trains there removes in the meantime is not among them.
    Raises: CheckpointError.
    """
    damaged = {}
    for path in reversed(all_checkpoints(folder)):
        found = damage_of(path, names=names)
        if not found:
            return path, damaged
        if os.path.lexists(path):
            damaged[path] = found
    return None, damaged


def newest_state(folder: Path) -> tuple[State | None, dict[Path, list[str]]]:
    """Reads the newest `state.json`, whatever became of the files beside it.

    Returns: `State` or None, and dict as of `newest_intact` of those that are not as written.
    """
    damaged = {}
    for path in reversed(all_checkpoints(folder)):
        try:
            return read_state(path), damaged
        except StateError as error:
            if os.path.lexists(path):
                damaged[path] = [str(error)]
        except PermissionError as error:
            raise _unreadable(path, error) from error
    return None, damaged


def is_whole(checkpoint: Path) -> bool:
    """Whether all files of a checkpoint are there in full size."""
    return not damage_of(checkpoint, names=())


def damage_of(checkpoint: Path, *, names: Iterable[str] | None = None) -> list[str]:
    """What of a checkpoint is not what was written.

    Args:
        names: of the files whose bytes are to be looked at and that must be there; all that
            `state.json` names if None. The size of every file is looked at in any case.
    Returns: list of a few words each: the name of a file whose bytes have changed, or what is
        wrong with it; empty if nothing is.
    Raises: CheckpointError if this user may not read it.
    """
    checkpoint = Path(checkpoint)
    try:
        files = read_state(checkpoint).files
        wanted = set(files) if names is None else set(names)
        found = [f"{name} is missing" for name in sorted(wanted - files.keys())]
        for name, record in files.items():
            found += _damage_of_file(checkpoint / name, record, is_read=name in wanted)
    except StateError as error:
        return [str(error)]
    except PermissionError as error:
        raise _unreadable(checkpoint, error) from error
    return found


def path_of(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return Path(folder, folder_name(step))


def require_intact(checkpoint: Path, names: Iterable[str]) -> None:
    """CheckpointError unless those files of a checkpoint are what was written."""
    if damage := damage_of(checkpoint, names=names):
        raise CheckpointError(f"{checkpoint} is damaged ({', '.join(damage)})")


def step_of(checkpoint: Path) -> int:
    """The number of finished training steps that a checkpoint holds.

    Raises: CheckpointError.
    """
    return _state_of(checkpoint).step


def best_of(checkpoint: Path) -> Best | None:
    """The `Best` up to a checkpoint's step, or None.

    Raises: CheckpointError.
    """
    return _state_of(checkpoint).best


def sha256_of(checkpoint: Path, name: str) -> str:
    """What a checkpoint says the SHA-256 of its file `name` is, in hexadecimal digits.

    Raises: CheckpointError.
    """
    files = _state_of(checkpoint).files
    if name not in files:
        raise CheckpointError(f"{checkpoint} is damaged ({name} is missing)")
    return files[name].sha256


def _damage_of_file(path, record, *, is_read):
    try:
        size = path.stat().st_size
        if size != record.bytes:
            return [f"{path.name} has {size:,} bytes instead of {record.bytes:,}"]
        is_changed = is_read and file_sha256(path) != record.sha256
    except FileNotFoundError:
        return [f"{path.name} is missing"]
    except PermissionError:
        raise
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}"]
    return [path.name] if is_changed else []


def _state_of(checkpoint) -> State:
    try:
        return read_state(checkpoint)
    except StateError as error:
        raise CheckpointError(f"{checkpoint} is damaged ({error})") from error
    except PermissionError as error:
        raise _unreadable(checkpoint, error) from error


def _unreadable(path, error):
    return CheckpointError(f"{path} cannot be read: {error.strerror}")
