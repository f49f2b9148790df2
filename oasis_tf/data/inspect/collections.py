"""Groups of pictures: those below one folder, or below a folder for each split."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from oasis_tf.data.inspect.file_tree import FileTree

SPLIT = "{split}"
PICTURES = (".jpg", ".jpeg", ".png", ".bmp")  # as `image_file.SUFFIXES`, which needs TensorFlow
TEST = "test"
KINDS = ("train", "val", TEST)  # how the words begin
HELD_OUT = ("val", TEST)  # the first one that is there
MOST_COLLECTIONS = 40
_WORD = re.compile(
    r"(?<![a-z])(training|train|validation|valid|val|testing|test)((?:19|20)\d\d)?", re.IGNORECASE
)


@dataclass(eq=False)
class Collection:
    """Pictures below one folder, or below one for each split.

    Attributes:
        pattern: path below the root, with `{split}` where the splits' folders differ.
        words: "train" and "val" to the words in place of `{split}`; empty without splits.
        files: "train" and "val" (or "" without splits) to names of files, relative to the folder.
        test_files: names of the files of a third split, which is not used.
    """

    pattern: str
    words: dict[str, str]
    files: dict[str, list[str]] = field(default_factory=dict)
    test_files: list[str] = field(default_factory=list)
    _cores: dict[str, dict[str, bool]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.files.values()))

    @cached_property
    def stems(self) -> list[tuple[str, bool]]:
        """The names without suffix, and whether the file is a PNG."""
        names = [name for names in self.files.values() for name in names]
        split = map(os.path.splitext, names)
        return [(stem, suffix.lower() == ".png") for stem, suffix in split]

    def cores(self, ending: str) -> dict[str, bool]:
        """The names that end so, without the ending, and whether a file but a PNG has it."""
        if ending not in self._cores:
            found = self._cores[ending] = {}
            for stem, is_png in self.stems:
                if stem.endswith(ending):
                    core = stem.removesuffix(ending)
                    found[core] = found.get(core, False) or not is_png
        return self._cores[ending]

    def folder(self, split: str) -> str:
        """The folder of a split, relative to the root."""
        return self.pattern.replace(SPLIT, self.words.get(split, split))

    def names(self, split: str) -> list[str]:
        """The names of the files of a split, relative to its folder."""
        return self.test_files if split == TEST else self.files[split]


def collections(tree: FileTree) -> list[Collection]:
    """The largest groups of pictures of a tree: below any folder, and with a folder a split."""
    below = defaultdict(list)
    for folder, names in tree.folders.items():
        pictures = [name for name in names if os.path.splitext(name)[1].lower() in PICTURES]
        if pictures:
            for ancestor in _ancestors(folder):
                inner = folder[len(ancestor) :].lstrip("/") if ancestor else folder
                below[ancestor].append((inner, pictures))
    found = {folder: Collection(folder, {}, {"": parts}) for folder, parts in below.items()}
    found |= _with_splits(below)
    counted = sorted(found.values(), key=_size, reverse=True)[:MOST_COLLECTIONS]
    for collection in counted:
        for split, parts in collection.files.items():
            collection.files[split] = _joined(parts)
        collection.test_files = _joined(collection.test_files)
    return counted


def _joined(parts) -> list[str]:
    return [f"{inner}/{name}" if inner else name for inner, names in parts for name in names]


def _size(collection: Collection) -> int:
    return sum(len(names) for parts in collection.files.values() for _, names in parts)


def _ancestors(folder: str) -> list[str]:
    """The folder, those around it, and "" for the root."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def _with_splits(below) -> dict[str, Collection]:
    """Collections of folders that differ in the name of the split only, by pattern."""
    by_pattern = defaultdict(dict)
    for folder in below:
        pattern, word = split_pattern(folder)
        if pattern:
            by_pattern[pattern].setdefault(kind_of(word), word)
    found = {}
    for pattern, words in by_pattern.items():
        held_out = next((kind for kind in HELD_OUT if kind in words), None)
        if "train" in words and held_out:
            chosen = {"train": words["train"], "val": words[held_out]}
            files = {split: below[pattern.replace(SPLIT, word)] for split, word in chosen.items()}
            found[pattern] = Collection(pattern, chosen, files)
            if TEST in words and held_out != TEST:
                found[pattern].test_files = below[pattern.replace(SPLIT, words[TEST])]
    return found


def split_pattern(path: str) -> tuple[str, str]:
    """A path with `{split}` for the word of a split, and the word; ("", "") without one.

    `train2017_img` becomes `{split}_img` and "train2017". All words must be the same.
    """
    words = {match[0] for match in _WORD.finditer(path)}
    if len(words) != 1:
        return "", ""
    return _WORD.sub(lambda match: SPLIT, path), words.pop()


def kind_of(word: str) -> str:
    """The split of a word that `split_pattern` found: "train", "val" or "test"."""
    return next(kind for kind in KINDS if word.lower().startswith(kind))
