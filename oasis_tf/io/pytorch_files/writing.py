"""Writes state_dicts as PyTorch does, with PyTorch, which is imported here alone."""

import io
import os
from collections import OrderedDict
from pathlib import Path

from oasis_tf.io.atomic_file import naming_unwritable
from oasis_tf.io.pytorch_files.errors import PyTorchError

TEMPORARY = ".writing-"


def write_state_dicts(folder, state_dicts):
    """Writes files that `torch.load(path, weights_only=True)` reads; if one fails, none is there.

    Args:
        folder: made if need be.
        state_dicts: dict of file name to dict of name to array.
    Raises: PyTorchError.
    """
    torch = _import_torch()
    folder = Path(folder)
    temporary = {folder / f"{TEMPORARY}{name}": folder / name for name in state_dicts}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, arrays in zip(temporary, state_dicts.values(), strict=True):
            tensors = {name: torch.tensor(array) for name, array in arrays.items()}
            archive = io.BytesIO()  # on a full disk PyTorch's own writing says "iostream error"
            torch.save(OrderedDict(tensors), archive)
            with naming_unwritable(temporary[path]), path.open("wb") as file:
                file.write(archive.getbuffer())
                file.flush()
                os.fsync(file.fileno())
        for path, target in temporary.items():
            os.replace(path, target)
    except (OSError, RuntimeError) as error:
        where = getattr(error, "filename", None) or folder
        raise PyTorchError(f"{where} could not be written: {_reason(error)}") from error
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)


def _import_torch():
    try:
        import torch
    except (ImportError, OSError) as error:
        raise PyTorchError(
            "PyTorch is needed to write .pth files, and is not installed; a build for "
            "CPUs is enough: pip install torch --index-url https://download.pytorch.org/whl/cpu"
        ) from error
    return torch


def _reason(error):
    return str(getattr(error, "strerror", None) or error).strip().partition("\n")[0]
