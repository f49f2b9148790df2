"""Atomic writes: to a temporary file in the same folder, which then replaces the target."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = 255  # bytes, of most file systems


class UnwritableFileError(OSError):
    """Error for a file that cannot be written, such as on a full disk; the message names it."""

    def __str__(self):
        return f"{self.filename} cannot be written: {self.strerror}"


@contextmanager
def whole_file(path: Path | str, *, ending: str = ".tmp", is_durable: bool = False):
    """Yields a temporary path to write to; renames it to `path` at the end.

    If writing fails, the temporary file is deleted and `path` stays as it was.

    Args:
        path: the file to write or replace.
        ending: of the temporary path, where a library insists on one.
        is_durable: waits until the disk holds the content, before the renaming.
    Raises: UnwritableFileError.
    """
    path = Path(path)
    temporary = path.with_name(_temporary_name(path.name, ending))
    try:
        with naming_unwritable(path):
            yield temporary
            if is_durable:
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_name(name, ending):
    """A hidden name of this process, within the file system's limit if `name` is."""
    own = f".{os.getpid()}{ending}"
    temporary = f".{name}{own}"
    if len(os.fsencode(temporary)) <= LONGEST_NAME:
        return temporary
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()}{own}"


@contextmanager
def naming_unwritable(path):
    """Adds `path` to an OSError from inside: errors of writing to an open file name none.

    Raises: UnwritableFileError.
    """
    try:
        yield
    except UnwritableFileError:
        raise
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise UnwritableFileError(error.errno or 0, reason, str(path)) from error
