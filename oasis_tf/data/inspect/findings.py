"""All that is found in a folder: pairs, splits, values of the label maps, files of class names."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.data.errors import DataError
from oasis_tf.data.inspect.class_files import ClassFile, class_files
from oasis_tf.data.inspect.file_tree import FileTree, scan
from oasis_tf.data.inspect.known_layouts import known_source
from oasis_tf.data.inspect.label_values import LabelValues, read_label_values
from oasis_tf.data.inspect.nothing_found import nothing_found
from oasis_tf.data.inspect.pairing import Pairing, find_pairing
from oasis_tf.data.inspect.split_files import SplitLists, find_split_lists


@dataclass(frozen=True)
class Findings:
    """What a folder holds.

    Attributes:
        tree: its files.
        known: (`data.source`, root) of a data set with a source of its own, or None.
        pairing: images and label maps by name.
        lists: lists that divide the pairs, or None.
        values: what the label maps hold.
        class_files: files of class names, the likeliest first.
    """

    tree: FileTree
    known: tuple[str, Path] | None
    pairing: Pairing
    lists: SplitLists | None
    values: LabelValues
    class_files: list[ClassFile]

    @property
    def counts(self) -> dict[str, int]:
        """Number of pairs of "train" and "val", or of "" where nothing divides them."""
        if self.lists is not None:
            return self.lists.counts
        return {split: len(pairs) for split, pairs in self.pairing.pairs.items()}

    @property
    def unused(self) -> dict[str, int]:
        """Numbers of pairs that are neither trained on nor held out, by where they are."""
        if self.lists is None:
            return {"the test split": self.pairing.num_test}
        in_no_list = len(self.pairing) - sum(self.counts.values()) - self.lists.num_test
        return {"the test list": self.lists.num_test, "no list": max(0, in_no_list)}

    @property
    def unpaired(self) -> list[str]:
        """Names of files without a partner, where these would be an error."""
        if self.lists is not None or self.known:
            return []
        return sorted(name for names in self.pairing.unpaired.values() for name in names)


def inspect(
    root: Path | str, *, track: Callable[..., Iterable] = lambda items, **_: items
) -> Findings:
    """Looks at a folder. Reads names, a few pictures, and label maps within limits.

    Args:
        root: the folder.
        track: function(items, description=, total=) -> items, which shows progress.
    Raises: DataError, a sentence that says what was looked for, if there are no usable pairs.
    """
    tree = scan(root)
    pairing = find_pairing(tree)
    if pairing is None:
        raise nothing_found(tree)
    if not pairing.look.is_readable:
        raise DataError(
            f"{_first_label(tree, pairing)}: the label maps have 1 or 16 bits a pixel, or "
            "transparency; ids need 8-bit grey or palette PNGs. Save them again with 8 bits."
        )
    if len(pairing) < 2:
        raise DataError(f"{root}: there is one pair only; at least two are needed.")
    names = {name for of_split in pairing.pairs.values() for name in of_split}
    lists = None if pairing.has_splits else find_split_lists(tree, names)
    paths = [(tree.root / image, tree.root / label) for image, label in _used(pairing, lists)]
    return Findings(
        tree=tree,
        known=known_source(tree),
        pairing=pairing,
        lists=lists,
        values=read_label_values(paths, track=track),
        class_files=class_files(tree),
    )


def _used(pairing: Pairing, lists: SplitLists | None) -> list[tuple[str, str]]:
    """The (image, label map) of the pairs to train on and to hold out."""
    found = [pair for of_split in pairing.pairs.values() for pair in of_split.items()]
    listed = None if lists is None else set().union(*lists.names.values())
    return [pair for name, pair in found if listed is None or name in listed]


def _first_label(tree: FileTree, pairing: Pairing) -> Path:
    return next(
        tree.root / label for pairs in pairing.pairs.values() for _, label in pairs.values()
    )
