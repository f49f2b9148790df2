"""Files that are there in full or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path


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
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with naming_unwritable(path):
            yield temporary
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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
