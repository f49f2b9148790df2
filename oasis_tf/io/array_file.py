"""Arrays under names in one .npz file, which is there whole or not at all."""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from oasis_tf.io.atomic_file import naming_unwritable
from oasis_tf.io.regular_file import require_regular


class ArrayFileError(ValueError):
    """A file of arrays that is damaged or of another kind, in a sentence that names it."""


def write_arrays(path, arrays):
    """Writes `path`, replacing what is there, from a dict of name to array or str."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with naming_unwritable(path):
            with temporary.open("wb") as file:
                np.savez(file, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_arrays(path):
    """Returns dict of name to array; the file's own checksums are compared.

    Raises: ArrayFileError; OSError where there is no such file.
    """
    require_regular(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ArrayFileError(f"{path} is damaged, or is no .npz file of ours: {error}") from error
