"""The two file layouts of `torch.save`: a zip archive, or pickles followed by numbers.

Both are read without PyTorch and give a pickled value and the bytes of storages. Sizes in a
file are compared with the file's size before memory is allocated.
"""

import io
import os
import zipfile
import zlib
from contextlib import contextmanager

import numpy as np

from oasis_tf.io.pytorch_files.errors import MalformedError
from oasis_tf.io.pytorch_files.pickled import Storage, read_pickle

MAX_PICKLE_BYTES = 2**20  # of about 5,000 tensors; the official discriminator's has 15 kB
ZIP_MAGIC, TAR_MAGIC, TAR_MAGIC_AT = b"PK\x03\x04", b"ustar", 257
LEGACY_START = (0x1950A86A20F9469CFC6C, 1001)  # its magic number and its version
LENGTH_BYTES = 8
PICKLE, BYTE_ORDER, PROGRAM = "data.pkl", "byteorder", "constants.pkl"
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
ENCRYPTED = 1  # bit of a zip member's flags
ITEM_SIZES = {"bfloat16": 2}  # the one dtype that NumPy does not know


@contextmanager
def opened(path):
    """Opens a file that `torch.save` wrote, in either layout.

    Yields: object with `value`, what was saved, see `read_pickle`; and `read(storage)`, the bytes
        of a `Storage`, and their `byte_order`, "<" or ">".
    Raises: MalformedError, RefusedError; OSError.
    """
    with open(path, "rb") as file:
        start = file.read(TAR_MAGIC_AT + len(TAR_MAGIC))
        if start[TAR_MAGIC_AT:] == TAR_MAGIC:
            raise MalformedError("it is a tar archive, as PyTorch before 0.2 wrote; save it again")
        kind = _Zip if start.startswith(ZIP_MAGIC) else _Legacy
        yield kind(file)


class _Zip:
    """The layout since PyTorch 1.6: `NAME/data.pkl`, and each storage as `NAME/data/KEY`.

    Every member that is read is compared with its CRC-32.
    """

    def __init__(self, file):
        try:
            self._archive = zipfile.ZipFile(file)
        except ZIP_ERRORS as error:
            raise MalformedError(f"its zip archive cannot be opened: {error}") from error
        members = self._archive.infolist()
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members):
            raise MalformedError("its zip archive holds two members of one name")
        if sum(member.file_size for member in members) > _size_of(file):
            raise MalformedError("its zip archive says that it holds more than it does")
        self._folder = self._find_folder()
        order = self._member(BYTE_ORDER, most=16) if self._has(BYTE_ORDER) else b"little"
        if order not in (b"little", b"big"):
            raise MalformedError(f"its {BYTE_ORDER} is neither little nor big")
        self.byte_order = "<" if order == b"little" else ">"
        self.value = read_pickle(io.BytesIO(self._member(PICKLE, most=MAX_PICKLE_BYTES))).value

    def read(self, storage):
        return self._member(f"data/{storage.key}", exactly=byte_count(storage))

    def _find_folder(self):
        found = [name for name in self._members if name.rpartition("/")[2] == PICKLE]
        if len(found) != 1 or found[0].count("/") != 1:
            raise MalformedError(f"it is a zip archive without a {PICKLE}")
        folder = found[0].removesuffix(PICKLE)
        if f"{folder}{PROGRAM}" in self._members:
            raise MalformedError(
                "it is a TorchScript program; save its weights with "
                "torch.save(network.state_dict(), path)"
            )
        return folder

    def _has(self, name):
        return f"{self._folder}{name}" in self._members

    def _member(self, name, *, most=None, exactly=None):
        """The bytes of a member, at most or exactly that many."""
        member = self._members.get(f"{self._folder}{name}")
        if member is None:
            raise MalformedError(f"its zip archive has no {name}")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & ENCRYPTED:
            raise MalformedError(f"{name} in its zip archive is compressed or encrypted")
        size = member.file_size
        if exactly is not None and size != exactly or most is not None and size > most:
            expected = f"{exactly:,}" if most is None else f"at most {most:,}"
            raise MalformedError(f"{name} has {size:,} bytes, expected {expected}")
        try:
            return self._archive.read(member)
        except ZIP_ERRORS as error:
            raise MalformedError(f"{name} in its zip archive is damaged: {error}") from error


class _Legacy:
    """The layout before 1.6: five pickles, then each storage after its length. No checksum."""

    byte_order = "<"

    def __init__(self, file):
        self._file, self._end = file, _size_of(file)
        file.seek(0)
        stream = io.BytesIO(file.read(MAX_PICKLE_BYTES))
        if not _is_legacy(stream):
            raise MalformedError("it does not begin as torch.save begins a file")
        read_pickle(stream)  # sizes of the machine that wrote it, which do not matter
        self.value, storages = read_pickle(stream)
        keys = read_pickle(stream).value
        if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
            raise MalformedError("its list of storages is not that of its tensors")
        self._places = dict(self._find_places(stream.tell(), [storages[key] for key in keys]))

    def read(self, storage):
        self._file.seek(self._places[storage.key])
        return self._file.read(byte_count(storage))

    def _find_places(self, place, storages):
        """Yields each storage's key and where its bytes begin."""
        for storage in storages:
            self._file.seek(place)
            value = int.from_bytes(self._file.read(LENGTH_BYTES), "little")
            place += LENGTH_BYTES
            if value != storage.size or place + byte_count(storage) > self._end:
                raise MalformedError(
                    f"a storage should have {storage.size:,} numbers and has {value:,}, or fewer "
                    "as the file ends too early"
                )
            yield storage.key, place
            place += byte_count(storage)


def byte_count(storage: Storage) -> int:
    """How many bytes a storage has."""
    return storage.size * (ITEM_SIZES.get(storage.dtype) or np.dtype(storage.dtype).itemsize)


def _is_legacy(stream):
    """Whether the first two pickles are those of the legacy layout; they are read."""
    try:
        return (read_pickle(stream).value, read_pickle(stream).value) == LEGACY_START
    except ValueError:
        return False


def _size_of(file):
    return os.fstat(file.fileno()).st_size
