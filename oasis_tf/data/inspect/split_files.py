"""Finds lists of names that divide the pairs of one folder into splits."""

import os
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from oasis_tf.data.inspect.collections import HELD_OUT, SPLIT, TEST, kind_of, split_pattern
from oasis_tf.data.inspect.file_tree import FileTree
from oasis_tf.io.regular_file import require_regular

MOST_BYTES = 64 * 2**20  # as `oasis_tf.data.splits.LARGEST_LIST`
MOST_LISTS = 50


@dataclass(frozen=True)
class SplitLists:
    """Two lists of names.

    Attributes:
        pattern: path below the root, with `{split}`: "ImageSets/Segmentation/{split}.txt".
        words: "train" and "val" to the words in place of `{split}`.
        names: "train" and "val" to the names.
        num_test: int, names of a third list, which is not used.
    """

    pattern: str
    words: dict[str, str]
    names: dict[str, set[str]]
    num_test: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The number of names of "train" and "val"."""
        return {split: len(names) for split, names in self.names.items()}


def find_split_lists(tree: FileTree, names: Collection[str]) -> SplitLists | None:
    """The lists of training and held-out names that name the most of the pairs.

    Args:
        names: of all pairs.
    Returns: None unless there are two such lists, which share no name and name only pairs.
    """
    by_pattern = defaultdict(dict)
    for folder, name in tree.with_suffix(".txt", ".lst")[: 100 * MOST_LISTS]:
        pattern, word = split_pattern(name)
        if pattern and word.lower() != "trainval":
            path = f"{folder}/{pattern}" if folder else pattern
            by_pattern[path].setdefault(kind_of(word), word)
    found = []
    for pattern, words in list(by_pattern.items())[:MOST_LISTS]:
        held_out = next((kind for kind in HELD_OUT if kind in words), None)
        if "train" not in words or held_out is None:
            continue
        chosen = {"train": words["train"], "val": words[held_out]}
        listed = {
            split: _names_in(tree, pattern.replace(SPLIT, word), names)
            for split, word in chosen.items()
        }
        if all(listed.values()) and listed["train"].isdisjoint(listed["val"]):
            test = None
            if TEST in words and held_out != TEST:
                test = _names_in(tree, pattern.replace(SPLIT, words[TEST]), names)
            found.append(SplitLists(pattern, chosen, listed, len(test or ())))
    return max(found, key=lambda lists: sum(lists.counts.values()), default=None)


def _names_in(tree: FileTree, path: str, names: Collection[str]) -> set[str] | None:
    """The names of a list, as `oasis_tf.data.splits.ListSplit` reads it; None if one is no pair."""
    place = tree.root / path
    try:
        require_regular(place)
        if place.stat().st_size > MOST_BYTES:
            return None
        text = place.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError:
        return None
    found = set()
    for line in filter(None, map(str.strip, text.split("\n"))):
        name = line if line in names else os.path.splitext(line)[0]
        if name not in names or name in found:
            return None
        found.add(name)
    return found
