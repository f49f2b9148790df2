"""Examples decoded and resized once, in a file of records.

The file is a header, one line of JSON that identifies the data, and then records of equal size: the
bytes of an image, those of its label map (of a panoptic map, those of int32), and a checksum of
both that is compared at every read. It is filled under another name, in the order of the examples,
so that after a kill its length shows where to continue.
"""

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.data.errors import FileProblem
from oasis_tf.data.source import Source
from oasis_tf.data.transforms import resize_pair
from oasis_tf.data.validate import READING_FAILURES, explain_failure
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder

FORMAT = 2  # raise it when decoding or resizing gives other pixels
PAGE = 4096
CHECKSUM = 4  # bytes at the end of a record


class CacheError(RuntimeError):
    """A cache that cannot be written."""


class CachedSource(Source):
    """The resized examples of a source, from the file that `cached` filled.

    Args:
        source: the source of the records, with the same names and classes.
        size: (height, width) of the records.
        path: the file.
        offset: int, bytes before its first record.
    """

    def __init__(self, source: Source, *, size: tuple[int, int], path: Path, offset: int):
        self.num_classes, self.names = source.num_classes, source.names
        self.class_names, self.palette = source.class_names, source.palette
        self.has_instances = source.has_instances
        self.identity, self.file_sizes = source.identity, source.file_sizes  # the same examples
        self.size, self.path, self.offset = tuple(size), path, offset
        self._file = path.open("rb", buffering=0)  # readable even after the file is replaced

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Source.load`; both have the size of the records."""
        dtype = tf.int32 if self.has_instances else tf.uint8
        pair = tf.numpy_function(self._read, [index], (tf.uint8, dtype))
        shapes = (*self.size, 3), (*self.size, *self._depth)
        return tuple(tf.ensure_shape(x, shape) for x, shape in zip(pair, shapes, strict=True))

    @property
    def _depth(self):
        """Of the label maps' shape, what follows height and width."""
        return (2,) if self.has_instances else ()

    def diagnose(self, index: int) -> None:
        """See `Source.diagnose`."""
        self._read(index)

    def _read(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        length = _record_bytes(self.size, has_instances=self.has_instances)
        record = os.pread(self._file.fileno(), length, self.offset + int(index) * length)
        if len(record) < length:
            sentence = f"{self.path}: the cache was cut short while in use. Delete it."
            raise FileProblem(sentence, path=self.path, kind="unreadable")
        pixels, checksum = memoryview(record)[:-CHECKSUM], record[-CHECKSUM:]
        if _checksum(pixels, index=int(index)) != checksum:
            sentence = (
                f"{self.path}: bytes of the cache have changed since it was made, in the example "
                f"{self.names[int(index)]!r}. Delete it, and it is made again."
            )
            raise FileProblem(sentence, path=self.path, kind="unreadable")
        num_bytes = self.size[0] * self.size[1] * 3
        image, label_map = np.split(np.frombuffer(pixels, np.uint8), [num_bytes])
        label_map = label_map.view(np.int32 if self.has_instances else np.uint8)
        label_map = np.require(label_map, requirements="A")  # int32 may begin at any byte
        return image.reshape(*self.size, 3), label_map.reshape(*self.size, *self._depth)


def cached(
    source: Source,
    *,
    size: tuple[int, int],
    folder: Path | str | None = None,
    say: Callable[[str], None] = lambda sentence: None,
    track: Callable[..., Iterable] = lambda items, **_: items,
) -> CachedSource:
    """Opens the cache of a source at one size. Fills it first if it is missing or stale.

    Of several processes one fills it, while the others wait.

    Args:
        source: one with an `identity`.
        size: (height, width) to resize to.
        folder: of the caches; default `cache_folder()`.
        say, track: show messages and progress, see `oasis_tf.io.progress`.
    Raises: CacheError if it cannot be written; DataError naming a bad file of the source.
    """
    folder = Path(folder or cache_folder())
    place, state = source.identity()
    name = hashlib.sha256(f"{place}\n{size}".encode(errors="surrogateescape")).hexdigest()[:16]
    path = folder / f"{name}.records"
    header = _header(place=place, state=state, size=size, examples=len(source))
    length = len(header) + len(source) * _record_bytes(size, has_instances=source.has_instances)
    if not _is_complete(path, header, length=length):
        lock = path.with_suffix(".lock")
        with _sentences_for(folder), filling(path, lock=lock, say=say):
            if not _is_complete(path, header, length=length):
                _fill(source, path, header, size=size, say=say, track=track)
    return CachedSource(source, size=size, path=path, offset=len(header))


def _record_bytes(size: tuple[int, int], *, has_instances: bool) -> int:
    pixel = 3 + (2 * np.dtype(np.int32).itemsize if has_instances else 1)
    return size[0] * size[1] * pixel + CHECKSUM


def _checksum(pixels, *, index: int) -> bytes:
    """CRC-32 of a record's pixels and its index, so that swapped records are detected."""
    return zlib.crc32(pixels, index % 2**32).to_bytes(CHECKSUM, "little")


def _header(*, place: str, state: str, size: tuple[int, int], examples: int) -> bytes:
    """The header, padded to whole pages."""
    facts = {
        "format": FORMAT,
        "data": place,
        "state": state,
        "size": list(size),
        "examples": examples,
    }
    line = json.dumps(facts).encode() + b"\n"
    return line.ljust(-(-len(line) // PAGE) * PAGE)


def _begins_with(path: Path, header: bytes) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.read(len(header)) == header


def _is_complete(path: Path, header: bytes, *, length: int) -> bool:
    return _begins_with(path, header) and path.stat().st_size == length


def _fill(source, path, header, *, size, say, track):
    """Completes the partial file beside `path`, then renames it to `path`."""
    if path.exists():
        say(f"The data has changed since {path} was cached, or another version cached it.")
        path.unlink()
    partial = path.with_suffix(".partial")
    length, done = _record_bytes(size, has_instances=source.has_instances), 0
    if _begins_with(partial, header):
        done = min((partial.stat().st_size - len(header)) // length, len(source))
    else:
        partial.write_bytes(header)
    missing = (len(source) - done) * length
    _require_space(path.parent, missing)
    pairs = tf.data.Dataset.range(done, len(source)).map(
        lambda index: resize_pair(*source.load(index), size=size), tf.data.AUTOTUNE
    )
    description = (
        f"Caching {len(source):,} examples of {size[0]}x{size[1]} in {path} "
        f"({missing / 1e9:.2f} GB)"
    )
    numbered = track(
        _explained(pairs.as_numpy_iterator(), source),
        description=description,
        total=len(source),
        done=done,
    )
    with partial.open("r+b") as file:
        file.truncate(len(header) + done * length)
        file.seek(0, os.SEEK_END)
        for index, (image, label_map) in enumerate(numbered, start=done):
            pixels = image.tobytes() + label_map.tobytes()
            file.write(pixels + _checksum(pixels, index=index))
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _explained(pairs: Iterator, source: Source) -> Iterator:
    """The pairs. If one cannot be read, the error names its file."""
    try:
        yield from pairs
    except READING_FAILURES as error:
        raise (explain_failure(source, error) or error) from error


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise CacheError(
            f"{folder}: the cache needs {needed / 1e9:.2f} GB more, and {free / 1e9:.2f} GB are "
            "free. Free some space, set data.cache_dir to another folder, or leave out data.cache."
        )


@contextmanager
def _sentences_for(folder: Path):
    """Makes the folder. An error of the system inside the context becomes a `CacheError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CacheError(
            f"{folder}: the cache cannot be written ({error.strerror or error}). The part that is "
            "written is kept, and the next call continues it. Free some space, or set "
            "data.cache_dir to another folder."
        ) from error
