"""Lists the files of a folder, within limits."""

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.data.errors import DataError

MOST_FILES = 500_000
MOST_DEPTH = 8  # of folders below the root
SYSTEM_FOLDERS = ("@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", "lost+found")  # of NAS, Windows


@dataclass(frozen=True)
class FileTree:
    """The files below a folder, without hidden ones.

    Attributes:
        root: the folder.
        folders: path relative to root, in POSIX form and "" for root itself, to the sorted names of
            the files in it.
        is_complete: bool, False where a limit ended the listing.
    """

    root: Path
    folders: dict[str, list[str]]
    is_complete: bool

    def path(self, folder: str, name: str) -> Path:
        """The path of a file."""
        return self.root / folder / name

    def with_suffix(self, *suffixes: str) -> list[tuple[str, str]]:
        """(folder, name) of all files with one of the suffixes, in lower case: ".json"."""
        return [
            (folder, name)
            for folder, names in self.folders.items()
            for name in names
            if os.path.splitext(name)[1].lower() in suffixes
        ]


def scan(root: Path | str, *, most_files: int = MOST_FILES) -> FileTree:
    """Lists files, upper folders first. A link to a folder that was listed already is left out.

    Raises: DataError if `root` is no folder or cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(f"{root}: no such folder. --data-root names the folder of your pictures.")
    folders, waiting, seen, count = {}, deque([("", 0)]), set(), 0
    is_complete = True
    while waiting and count < most_files:
        folder, depth = waiting.popleft()
        place = os.path.realpath(root / folder)
        if place in seen:
            continue
        seen.add(place)
        try:
            names, below = _entries(root / folder)
        except OSError as error:
            if not folder:
                raise DataError(f"{root} cannot be read: {error.strerror}.") from error
            continue
        count += len(names)
        folders[folder] = names
        if depth < MOST_DEPTH:
            waiting.extend((f"{folder}/{name}" if folder else name, depth + 1) for name in below)
        else:
            is_complete &= not below
    return FileTree(root, folders, is_complete and not waiting)


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    """The sorted names of the files and of the folders in a folder, without hidden ones."""
    files, below = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.name not in SYSTEM_FOLDERS:
                is_folder = os.path.isdir(entry.path)  # False for a link to itself
                (below if is_folder else files).append(entry.name)
    return sorted(files), sorted(below)
