"""Writes state_dicts with PyTorch, which only this module imports."""

import io
from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path

from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.pytorch_files.errors import PyTorchError


def write_state_dicts(folder, state_dicts):
    """Writes files that `torch.load(path, weights_only=True)` reads: all of them, or none.

    Args:
        folder: created if missing.
        state_dicts: dict of file name to dict of name to array.
    Raises: PyTorchError.
    """
    torch = _import_torch()
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as files:  # at its end all are renamed
            for name, arrays in state_dicts.items():
                tensors = {key: torch.tensor(array) for key, array in arrays.items()}
                archive = io.BytesIO()  # on a full disk PyTorch's own writing says "iostream error"
                torch.save(OrderedDict(tensors), archive)
                path = files.enter_context(whole_file(folder / name, is_durable=True))
                path.write_bytes(archive.getbuffer())
    except (OSError, RuntimeError) as error:
        where = getattr(error, "filename", None) or folder
        raise PyTorchError(f"{where} could not be written: {_reason(error)}") from error


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
