"""Named arrays in one .npz file."""

import zipfile
import zlib

import numpy as np

from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.regular_file import require_regular


class ArrayFileError(ValueError):
    """Error for a damaged file, or one of another kind; the message names it."""


def write_arrays(path, arrays):
    """Writes or replaces `path`, atomically, from a dict of name to array or str."""
    with whole_file(path, is_durable=True) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def read_arrays(path):
    """Returns dict of name to array, after comparing the file's checksums.

    Raises: ArrayFileError; OSError where there is no such file.
    """
    require_regular(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ArrayFileError(f"{path} is damaged, or is no .npz file of ours: {error}") from error
