"""Files that are there in full or not at all."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = 255  # bytes, of most file systems


class UnwritableFileError(OSError):
    """A file that cannot be written, in a sentence that names it: a full disk, for example."""

    def __str__(self):
        return f"{self.filename} cannot be written: {self.strerror}"


@contextmanager
def whole_file(path):
    """Gives a temporary path beside `path`, to be written to, and renames it in the end.

    Nothing is left behind if writing fails.

    Raises: UnwritableFileError.
    """
    path = Path(path)
    temporary = path.with_name(_temporary_name(path.name))
    try:
        with naming_unwritable(path):
            yield temporary
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_name(name):
    """One that is not too long where `name` is not."""
    temporary = f".{name}.tmp"
    if len(os.fsencode(temporary)) <= LONGEST_NAME:
        return temporary
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()}.tmp"


@contextmanager
def naming_unwritable(path):
    """Names `path` in an OSError from inside; what is written to a file says none by itself.

    Raises: UnwritableFileError.
    """
    try:
        yield
    except UnwritableFileError:
        raise
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise UnwritableFileError(error.errno or 0, reason, str(path)) from error
