"""Temporary folders for artifacts, beside their targets; removes those of killed exports."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

INFIX = ".partial-"


@contextmanager
def partial_folder(target: Path) -> Iterator[Path]:
    """Yields a new folder beside `target`, and removes it at the end.

    The process holds a lock on the folder. The system releases it when the process ends, so an
    unlocked folder is a leftover of a killed export: those of the same name, or of other versions,
    are removed first.

    Args:
        target: path of the artifact; its parent folder exists.
    """
    target = Path(target)
    for left in _leftovers(target):
        _remove_if_abandoned(left)
    path, descriptor = _new_locked(target)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def _new_locked(target):
    """Returns: path, and the descriptor that holds its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=f".{target.name}{INFIX}", dir=target.parent))
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):  # of file systems without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():  # else another export removed it before it was locked
            return path, descriptor
        os.close(descriptor)


def _leftovers(target):
    """Paths of folders of exports of this name; for a version, of all versions."""
    name = "[0-9]+" if target.name.isdecimal() else re.escape(target.name)
    pattern = re.compile(rf"\.{name}{re.escape(INFIX)}[a-z0-9_]{{8}}")
    return [
        path
        for path in target.parent.iterdir()
        if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]


def _remove_if_abandoned(path):
    with suppress(OSError):  # locked by another export, gone, or on a file system without locks
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)
