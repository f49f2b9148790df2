"""Reads state_dicts from PyTorch's files as NumPy arrays."""

import math
from pathlib import Path

import numpy as np

from oasis_tf.io.pytorch_files.archives import opened
from oasis_tf.io.pytorch_files.errors import MalformedError, PyTorchFileError, RefusedError
from oasis_tf.io.pytorch_files.pickled import StoredTensor
from oasis_tf.io.regular_file import NotRegularFileError, require_regular

DATA_PARALLEL = "module."  # prefix of every name by PyTorch's DataParallel
MOST_SHARING = 4  # numbers of all tensors, which may share storages, over numbers in the file


def read_state_dict(path) -> dict[str, np.ndarray]:
    """Reads a file that `torch.save(network.state_dict(), path)` wrote, in either of its formats.

    PyTorch is not needed. Nothing in the file is imported or called. A file in the zip format is
    compared with its checksums; the older format has none.

    Returns: dict of name to float32 array, or of the dtype that the file has if that is an integer
        or bool; some may be read-only. The prefix of DataParallel is removed.
    Raises: PyTorchFileError naming the file.
    """
    path = Path(path)
    try:
        require_regular(path)
        with opened(path) as file:
            return _arrays(path, file)
    except FileNotFoundError:
        raise PyTorchFileError(f"{path}: no such file") from None
    except NotRegularFileError as error:
        raise PyTorchFileError(str(error)) from None
    except RefusedError as error:
        raise PyTorchFileError(
            f"{path} was refused: it holds {error} (or is damaged), and only a state_dict, "
            "tensors under names, is read; loading anything else could run code"
        ) from error
    except (MalformedError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PyTorchFileError(
            f"{path} is not a PyTorch file of weights, or is damaged: {reason}"
        ) from error


def _arrays(path, file):
    tensors = file.value
    if not isinstance(tensors, dict) or not tensors:
        raise PyTorchFileError(f"{path} holds a {_kind(tensors)}; expected a state_dict")
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, StoredTensor):
            raise PyTorchFileError(
                f"{path}: {name!r} is a {_kind(tensor)}; expected a state_dict, tensors under names"
            )
        _require_within(path, name, tensor)
    held = sum(storage.size for storage in {tensor.storage for tensor in tensors.values()})
    if sum(_size(tensor) for tensor in tensors.values()) > MOST_SHARING * held:
        raise PyTorchFileError(f"{path}: its tensors are larger than what the file holds of them")
    if all(name.startswith(DATA_PARALLEL) for name in tensors):
        tensors = {name.removeprefix(DATA_PARALLEL): tensors[name] for name in tensors}
    storages = {}
    return {name: _array(path, name, tensors[name], file, storages) for name in tensors}


def _array(path, name, tensor, file, storages):
    """One tensor's array; `storages` caches numbers, as tensors may share them."""
    try:
        key = tensor.storage.key
        if key not in storages:
            storages[key] = _numbers(tensor.storage, file)
        array = _view(storages[key], tensor)
    except (TypeError, ValueError) as error:
        if isinstance(error, MalformedError):
            raise
        raise PyTorchFileError(f"{path}: {name} is no plain tensor: {error}") from error
    if not np.isfinite(array).all():
        raise PyTorchFileError(f"{path}: {name} holds numbers that are not finite")
    return array


def _numbers(storage, file):
    """A storage's numbers, (size,); floats as float32."""
    if storage.dtype.startswith("complex"):
        raise TypeError("its numbers are complex")
    content = file.read(storage)
    if storage.dtype == "bfloat16":  # the upper half of a float32
        halves = np.frombuffer(content, f"{file.byte_order}u2").astype(np.uint32)
        return (halves << 16).view(np.float32)
    if storage.dtype == "bool":
        return np.frombuffer(content, np.uint8) != 0
    dtype = np.dtype(storage.dtype)
    numbers = np.frombuffer(content, dtype.newbyteorder(file.byte_order))
    with np.errstate(over="ignore"):  # numbers beyond float32 become infinite, an error later
        return numbers.astype(np.float32 if dtype.kind == "f" else dtype, copy=False)


def _view(numbers, tensor):
    if not _size(tensor):
        return np.zeros(tensor.shape, numbers.dtype)
    strides = [stride * numbers.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides)
    return np.ascontiguousarray(view).reshape(tensor.shape)


def _require_within(path, name, tensor):
    """PyTorchFileError unless every number of a tensor lies in its storage, and it repeats none."""
    shape, strides, size = tensor.shape, tensor.strides, tensor.storage.size
    problem = None
    if len(shape) != len(strides):
        problem = "it has another number of strides than of dimensions"
    elif _size(tensor):
        steps = zip(shape, strides, strict=True)
        last = tensor.offset + sum((length - 1) * stride for length, stride in steps)
        if last >= size or _size(tensor) > size:
            problem = "it is larger than what the file holds of it"
    if problem:
        raise PyTorchFileError(f"{path}: {name} is no plain tensor: {problem}")


def _size(tensor):
    return math.prod(tensor.shape)


def _kind(value):
    return "Tensor" if isinstance(value, StoredTensor) else type(value).__name__
