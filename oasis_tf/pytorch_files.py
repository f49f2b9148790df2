"""PyTorch's files of weights: state_dicts in and out, and nothing but tensors.

PyTorch is an optional extra, imported here alone and only when a file is read or written. Files are
unpickled with `weights_only=True`: one that holds anything but tensors is refused, not run.
"""

import os
import re
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from oasis_tf.io.regular_file import NotRegularFileError, require_regular

DATA_PARALLEL = "module."  # what PyTorch's DataParallel puts before every name
TEMPORARY = ".writing-"
SAFE_SINCE = (2, 6)  # before, weights_only=True could be made to run code: CVE-2025-32434
REFUSED = re.compile(r"GLOBAL (\S+)")  # what an unpickler that allows only tensors says it met


class PyTorchFileError(ValueError):
    """A file that is no state_dict, in a sentence."""


class PyTorchError(RuntimeError):
    """PyTorch is missing or too old, or cannot write a file, in a sentence."""


def read_state_dict(path):
    """Reads a file that `torch.save(network.state_dict(), path)` wrote, in either of its formats.

    Returns: dict of name to float32 or int64 array, a prefix of DataParallel taken off.
    Raises: PyTorchFileError naming the file; PyTorchError where PyTorch is missing or too old.
    """
    tensors = _load(Path(path))
    if not isinstance(tensors, Mapping) or not tensors:
        raise PyTorchFileError(f"{path} holds a {type(tensors).__name__}; expected a state_dict")
    if all(str(name).startswith(DATA_PARALLEL) for name in tensors):
        tensors = {name.removeprefix(DATA_PARALLEL): tensors[name] for name in tensors}
    return {name: _array(path, name, tensor) for name, tensor in tensors.items()}


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
            torch.save(OrderedDict(tensors), path)
            with path.open("rb") as file:
                os.fsync(file.fileno())
        for path, target in temporary.items():
            os.replace(path, target)
    except (OSError, RuntimeError) as error:
        raise PyTorchError(f"{folder} could not be written: {_reason(error)}") from error
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)


def _load(path):
    torch = _import_torch()
    try:
        require_regular(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise PyTorchFileError(f"{path}: no such file") from None
    except NotRegularFileError as error:
        raise PyTorchFileError(str(error)) from None
    except Exception as error:  # an unpickler meets a wrong file with an error of any kind
        refused = REFUSED.search(str(error))
        if refused:
            raise PyTorchFileError(
                f"{path} was refused: it holds {refused[1]} (or is damaged), and only a "
                "state_dict, tensors under names, is read; loading anything else could run code"
            ) from error
        raise PyTorchFileError(
            f"{path} is not a PyTorch file of weights, or is damaged: {_reason(error)}"
        ) from error


def _array(path, name, tensor):
    import torch

    if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
        raise PyTorchFileError(
            f"{path}: {name!r} is a {type(tensor).__name__}; expected a state_dict, tensors under "
            "names"
        )
    try:
        if tensor.untyped_storage().nbytes() < tensor.nbytes:
            raise TypeError("it is larger than what the file holds of it")
        if tensor.is_complex():
            raise TypeError("its numbers are complex")
        tensor = tensor.detach()
        array = (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    except (RuntimeError, TypeError, NotImplementedError) as error:
        raise PyTorchFileError(f"{path}: {name} is no plain tensor: {_reason(error)}") from error
    if not np.isfinite(array).all():
        raise PyTorchFileError(f"{path}: {name} holds numbers that are not finite")
    return array


def _import_torch():
    try:
        import torch
    except (ImportError, OSError) as error:
        raise PyTorchError(
            "PyTorch is needed to read and write .pth files, and is not installed; a build for "
            "CPUs is enough: pip install torch --index-url https://download.pytorch.org/whl/cpu"
        ) from error
    version = torch.__version__
    if tuple(int(part) for part in version.split(".")[:2]) < SAFE_SINCE:
        raise PyTorchError(
            f"PyTorch {version} is too old to read files of others safely; 2.6 or newer is needed"
        )
    return torch


def _reason(error):
    lines = str(getattr(error, "strerror", None) or error).strip().splitlines()
    if len(lines) > 1 and "Weights only load failed" in lines[0]:
        return "it is a pickle that PyTorch did not write"
    return lines[0] if lines else "it ends too early"
