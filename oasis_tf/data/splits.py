"""Which pairs are held out: two splits that share no file, of two folders or of one."""

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.data.errors import DataError
from oasis_tf.data.source import Source

LARGEST_LIST = 64 * 2**20  # bytes


class EverySplit:
    """Takes every pair: what lies in the folders is the split."""

    key = ""

    def chosen(self, names: Collection[str]) -> set[str]:
        """Of all names, images' and label maps', those that belong to the split."""
        return set(names)


@dataclass(frozen=True)
class FractionSplit(EverySplit):
    """Holds a part of one folder's pairs out, by a hash of seed and name.

    Files that come or go do not move the others from one split to the other, and neither does
    their order. So the held-out part is near `fraction`, not exactly that; each split has at least
    one pair.

    Args:
        split: "train" or "val".
        fraction: of the pairs to hold out, in (0, 1).
        seed: int; another one holds out others.
    """

    split: str
    fraction: float
    seed: int

    @property
    def key(self) -> str:
        """What tells this choice from others of the same folder."""
        return repr(self)

    def chosen(self, names: Collection[str]) -> set[str]:
        """See `EverySplit.chosen`. Raises: DataError if there are fewer than two names."""
        if len(names) < 2:
            raise DataError(
                f"data.val_fraction needs at least two pairs to divide; there are {len(names)}."
            )
        draws = {name: _draw(self.seed, name) for name in names}
        held_out = {name for name, draw in draws.items() if draw < self.fraction}
        if not held_out:
            held_out = {min(names, key=draws.__getitem__)}
        if len(held_out) == len(names):
            held_out -= {max(names, key=draws.__getitem__)}
        return held_out if self.split == "val" else set(names) - held_out


@dataclass(frozen=True)
class ListSplit(EverySplit):
    """Takes the pairs that a file names, one a line, with or without a suffix.

    Args:
        path: of the file. Blank lines count for nothing.
    """

    path: Path

    @property
    def key(self) -> str:
        """See `FractionSplit.key`."""
        return str(self.path.resolve())

    def chosen(self, names: Collection[str]) -> set[str]:
        """See `EverySplit.chosen`. Raises: DataError naming file and line."""
        lines = {number: line for number, line in enumerate(self._lines(), start=1) if line}
        if not lines:
            raise DataError(f"{self.path}: the list names no pair.")
        found = {}
        for number, line in lines.items():
            name = line if line in names else os.path.splitext(line)[0]
            if name not in names:
                raise DataError(
                    f"{self.path}, line {number}: there is no image and no label map named "
                    f"{line!r}."
                )
            if name in found:
                raise DataError(
                    f"{self.path} names {line!r} twice, in lines {found[name]} and {number}."
                )
            found[name] = number
        return set(found)

    def _lines(self) -> list[str]:
        if not self.path.is_file():
            raise DataError(f"{self.path}: no such file. data.split_list names it.")
        if self.path.stat().st_size > LARGEST_LIST:
            raise DataError(f"{self.path} is too large for a list of names.")
        try:
            text = self.path.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error
        return [line.strip() for line in text.split("\n")]


def require_disjoint(train: Source, held_out: Source) -> None:
    """Refuses splits that share a file, by whatever path or link.

    Args:
        train, held_out: sources; only those that are files (`image_paths`) are looked at.
    Raises: DataError naming a shared file and what to do.
    """
    shared = []
    files = {_identity(path): path for path in getattr(train, "image_paths", ())}
    for path in getattr(held_out, "image_paths", ()):
        if _identity(path) in files:
            shared.append((files[_identity(path)], path))
    if not shared:
        return
    (one, other), count = shared[0], len(shared)
    also = "" if one == other else f", as {other}"
    which = "All" if count == len(held_out) else f"{count:,} of the"
    raise DataError(
        f"{which} {len(held_out):,} held-out pairs are training pairs too: {one} is in both splits"
        f"{also}. Held-out scores would mean nothing. Give the splits folders of their own "
        "(images/{split}), lists (data.split_list) or a share to hold out "
        "(data.val_fraction: 0.1)."
    )


def _identity(path: Path) -> tuple[int, int] | str:
    try:
        status = os.stat(path)
    except OSError:  # what is wrong with it is said elsewhere
        return str(path)
    return status.st_dev, status.st_ino


def _draw(seed: int, name: str) -> float:
    """A number in [0, 1) that depends on seed and name only."""
    digest = hashlib.sha256(f"{seed}\0{name}".encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
