"""Chooses the held-out pairs: two splits that share no file, of two folders or of one."""

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oasis_tf.data.errors import DataError

if TYPE_CHECKING:  # it imports TensorFlow, and `init` must start without
    from oasis_tf.data.source import Source

LARGEST_LIST = 64 * 2**20  # bytes
LONGEST_SHOWN = 256  # characters of a line in an error; names of files have fewer


class EverySplit:
    """All pairs in the folders."""

    key = ""

    def chosen(self, names: Collection[str]) -> set[str]:
        """The names that belong to the split, out of those of all images and label maps."""
        return set(names)


@dataclass(frozen=True)
class FractionSplit(EverySplit):
    """Holds out a fraction of one folder's pairs, by a hash of seed and name.

    The split of a pair depends on its name and the seed only, not on other files. So the held-out
    fraction is approximate. Each split has at least one pair.

    Args:
        split: "train" or "val".
        fraction: of the pairs to hold out, in (0, 1).
        seed: int.
    """

    split: str
    fraction: float
    seed: int

    @property
    def key(self) -> str:
        """A text that is different for other choices of the same folder."""
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
    """The pairs that a file lists, one a line, with or without a suffix.

    Args:
        path: of the file. Blank lines are ignored.
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
                    f"{line[:LONGEST_SHOWN]!r}."
                )
            if name in found:
                raise DataError(
                    f"{self.path} names {line!r} twice, in lines {found[name]} and {number}."
                )
            found[name] = number
        return set(found)

    def _lines(self) -> list[str]:
        if not self.path.is_file():
            raise DataError(f"{self.path}: no such file. It is named by data.split_list.")
        if self.path.stat().st_size > LARGEST_LIST:
            raise DataError(f"{self.path} is too large for a list of names.")
        try:
            text = self.path.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error
        return [line.strip() for line in text.split("\n")]


def require_disjoint(train: "Source", held_out: "Source") -> None:
    """Checks that two splits share no file, not even under different paths or links.

    Args:
        train, held_out: sources; only those of files (`image_paths`) are compared.
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
    except OSError:  # `Source.check` reports it
        return str(path)
    return status.st_dev, status.st_ino


def _draw(seed: int, name: str) -> float:
    """A number in [0, 1) that depends on seed and name only."""
    digest = hashlib.sha256(f"{seed}\0{name}".encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
