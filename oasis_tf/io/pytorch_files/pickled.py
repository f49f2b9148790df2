"""An interpreter for the pickles of state_dicts. Nothing that a pickle names is imported or called.

It implements the operations that `torch.save` writes with pickle's protocol 2; values are only
numbers, strings, None, tuples, lists, dicts and tensors, as does `torch.load(weights_only=True)`.
The standard library decodes the operations (`pickletools`). Every operation takes a bounded time
and adds at most one reference, so that a pickle's length bounds what reading it costs.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from oasis_tf.io.pytorch_files.errors import MalformedError, RefusedError

STORAGES = {  # dtype by the names that PyTorch's classes of storages have
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
MOST_DIMENSIONS, MOST_ARGUMENTS = 32, 8
MOST_LETTERS = 200  # of a name that is quoted
LARGEST_COUNT = 2**48  # of numbers: a size, an offset or a stride
MOST_PAIRS = 2**17  # that calls of OrderedDict copy, all together


class Storage(NamedTuple):
    """Where numbers lie in a file: `size` of them, of a dtype, under a key."""

    key: str
    dtype: str
    size: int


class StoredTensor(NamedTuple):
    """A view of a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Pickled(NamedTuple):
    """What a pickle holds: its value, and by key every storage that it names."""

    value: object
    storages: dict[str, Storage]


class _Dtype(str):
    """The class of a storage, by its dtype."""


@dataclass(frozen=True)
class _Function:
    """The implementation of a name that a pickle calls: function(machine, *arguments)."""

    call: Callable


def read_pickle(stream):
    """Interprets one pickle and leaves `stream` behind it.

    Args:
        stream: seekable binary file; the caller limits its length.
    Returns: `Pickled`; in its value, a `StoredTensor` for each tensor.
    Raises: MalformedError; RefusedError with the name of what is neither value nor tensor.
    """
    machine = _Machine()
    try:
        for operation, argument, _ in pickletools.genops(stream):
            step = _STEPS.get(operation.name)
            if step is None:
                raise MalformedError(
                    f"its pickle holds the operation {operation.name}, which torch.save does not "
                    "write by default (pickle_protocol=2)"
                )
            step(machine, argument)
    except (MalformedError, RefusedError):
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedError(f"its pickle is broken: {error}") from error
    return Pickled(machine.result, machine.storages)


class _Machine:
    """The stack, the stacks below its marks, and the memo."""

    def __init__(self):
        self.stack, self.below, self.memo = [], [], {}
        self.storages, self.result, self.pairs = {}, None, 0

    def pop_to_mark(self):
        values = self.stack
        self.stack = self.below.pop()
        return values

    def mark(self, _):
        self.below.append(self.stack)
        self.stack = []

    def push(self, value):
        self.stack.append(value)

    def push_tuple(self, values):
        self.stack.append(tuple(values))

    def get(self, index):
        self.stack.append(self.memo[index])

    def put(self, index):
        self.memo[index] = self.stack[-1]

    def pop_last(self, count):
        values = self.stack[-count:]
        if len(values) != count:
            raise IndexError("it takes more values than there are")
        del self.stack[-count:]
        return values

    def append(self, values):
        _require(self.stack[-1], list).extend(values)

    def set_items(self, values):
        target = _require(self.stack[-1], dict)
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[_require(key, str, int)] = (
                value  # hashing a nested tuple can take exponential time
            )

    def global_name(self, name):
        name = name.replace(" ", ".")
        module, _, last = name.rpartition(".")
        if module == "torch" and last in STORAGES:
            self.stack.append(_Dtype(STORAGES[last]))
        elif name in _FUNCTIONS:
            self.stack.append(_FUNCTIONS[name])
        else:
            raise RefusedError(name[:MOST_LETTERS])

    def reduce(self, _):
        arguments = _arguments(self.stack.pop())
        function = _require(self.stack.pop(), _Function)
        self.stack.append(function.call(self, *arguments))

    def ordered_dict(self, pairs=()):
        """Empty, or from pairs as Python 2 pickles it; many calls may share the pairs."""
        self.pairs += len(_require(pairs, list, tuple))
        if self.pairs > MOST_PAIRS:
            raise ValueError("it has too many keys")
        return {_require(key, str, int): value for key, value in pairs}

    def build(self, _):
        """Drops the attributes of an OrderedDict, its `_metadata`."""
        self.stack.pop()
        _require(self.stack[-1], dict)

    def storage(self, _):
        """A reference to numbers outside of the pickle; legacy files may add a view."""
        kind, dtype, key, place, size, *view = _arguments(self.stack.pop())
        _require(place, str)
        if kind != "storage" or any(part is not None for part in view):
            raise MalformedError("its numbers are stored in a way that PyTorch has left since 0.4")
        found = Storage(_require(key, str), str(_require(dtype, _Dtype)), _count(size))
        if self.storages.setdefault(key, found) != found:
            raise MalformedError("its pickle says two things of one storage")
        self.stack.append(found)

    def stop(self, _):
        self.result = self.stack.pop()


def _require(value, *kinds):
    if not isinstance(value, kinds):
        raise TypeError(f"a {type(value).__name__} stands where {kinds[0].__name__} should")
    return value


def _arguments(values):
    if len(_require(values, tuple)) > MOST_ARGUMENTS:  # a shared tuple is copied at every call
        raise ValueError(f"a call has more than {MOST_ARGUMENTS} arguments")
    return values


def _count(value):
    if type(value) is not int or not 0 <= value <= LARGEST_COUNT:
        raise TypeError("a size, an offset or a stride is no number, below 0 or far too large")
    return value


def _counts(values):
    if len(_require(values, tuple)) > MOST_DIMENSIONS:
        raise ValueError(f"a tensor has more than {MOST_DIMENSIONS} dimensions")
    return tuple(_count(value) for value in values)


def _tensor(_, storage, offset, shape, strides):
    _require(storage, Storage)
    return StoredTensor(storage, _count(offset), _counts(shape), _counts(strides))


def _tensor_v2(_, storage, offset, shape, strides, requires_grad, hooks, metadata=None):
    _require(requires_grad, bool)
    _require(hooks, dict, type(None))  # None in files of 2018
    _require(metadata, dict, type(None))
    return _tensor(_, storage, offset, shape, strides)


def _parameter(_, tensor, requires_grad, hooks):
    _require(requires_grad, bool)
    _require(hooks, dict, type(None))
    return _require(tensor, StoredTensor)


_FUNCTIONS = {
    "collections.OrderedDict": _Function(_Machine.ordered_dict),
    "torch._utils._rebuild_tensor": _Function(_tensor),
    "torch._utils._rebuild_tensor_v2": _Function(_tensor_v2),
    "torch._utils._rebuild_parameter": _Function(_parameter),
}
_STEPS = {
    "PROTO": lambda machine, _: None,
    "STOP": _Machine.stop,
    "MARK": _Machine.mark,
    "GLOBAL": _Machine.global_name,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.storage,
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "TUPLE": lambda machine, _: machine.push_tuple(machine.pop_to_mark()),
    "TUPLE1": lambda machine, _: machine.push_tuple(machine.pop_last(1)),
    "TUPLE2": lambda machine, _: machine.push_tuple(machine.pop_last(2)),
    "TUPLE3": lambda machine, _: machine.push_tuple(machine.pop_last(3)),
    "APPEND": lambda machine, _: machine.append([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.pop_to_mark()),
    "SETITEM": lambda machine, _: machine.set_items(machine.pop_last(2)),
    "SETITEMS": lambda machine, _: machine.set_items(machine.pop_to_mark()),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.put),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.get),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"), _Machine.push),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINSTRING"), _Machine.push),
}
