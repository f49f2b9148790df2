"""Finds the checkpoints of a folder and verifies them.

Whole: `state.json` has its checksum, and all files have their sizes. Intact: the files also have
their SHA-256, which takes reading them.
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
    """Paths of the checkpoints of a folder, whole or not, the oldest first; none without folder.

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
    """Path of the newest whole checkpoint in a folder, up to that step; or None."""
    for path in reversed(all_checkpoints(folder)):
        in_range = up_to_step is None or int(_FOLDER.fullmatch(path.name)[1]) <= up_to_step
        if in_range and is_whole(path):
            return path
    return None


def newest_intact(
    folder: Path, *, names: Iterable[str] | None = None
) -> tuple[Path | None, dict[Path, list[str]]]:
    """Finds the newest intact checkpoint.

    Args:
        names: names of the files to verify, see `damage_of`.
    Returns: its path or None, and dict of path to the damage of the newer ones. Checkpoints that
        a training process removes in the meantime are left out.
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
    """Reads the newest valid `state.json`. The other files may be damaged.

    Returns: `State` or None, and dict of path to the damage of newer `state.json`.
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
    """Whether all files of a checkpoint exist in full size."""
    return not damage_of(checkpoint, names=())


def damage_of(checkpoint: Path, *, names: Iterable[str] | None = None) -> list[str]:
    """The damage of a checkpoint.

    Args:
        names: names of the files that must exist and whose SHA-256 is verified; None for all in
            `state.json`. The size of every file is verified in any case.
    Returns: list of str, a few words each: the name of a file whose bytes changed, or what is
        wrong with it. Empty if the checkpoint is intact.
    Raises: CheckpointError without permission to read it.
    """
    checkpoint = Path(checkpoint)
    try:
        files = read_state(checkpoint).files
        verified = set(files) if names is None else set(names)
        found = [f"{name} is missing" for name in sorted(verified - files.keys())]
        for name, record in files.items():
            found += _damage_of_file(checkpoint / name, record, is_read=name in verified)
    except StateError as error:
        return [str(error)]
    except PermissionError as error:
        raise _unreadable(checkpoint, error) from error
    return found


def path_of(folder: Path, step: int) -> Path:
    """Path of the checkpoint of a step."""
    return Path(folder, folder_name(step))


def require_intact(checkpoint: Path, names: Iterable[str]) -> None:
    """Raises: CheckpointError unless these files of a checkpoint are intact."""
    if damage := damage_of(checkpoint, names=names):
        raise CheckpointError(f"{checkpoint} is damaged ({', '.join(damage)})")


def step_of(checkpoint: Path) -> int:
    """Number of finished training steps of a checkpoint.

    Raises: CheckpointError.
    """
    return _state_of(checkpoint).step


def best_of(checkpoint: Path) -> Best | None:
    """The `Best` up to a checkpoint's step, or None.

    Raises: CheckpointError.
    """
    return _state_of(checkpoint).best


def files_of(checkpoint: Path) -> set[str]:
    """Names of the files that a checkpoint had when it was written.

    Raises: CheckpointError.
    """
    return set(_state_of(checkpoint).files)


def sha256_of(checkpoint: Path, name: str) -> str:
    """The recorded SHA-256 of a checkpoint's file `name`, in hexadecimal digits.

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
