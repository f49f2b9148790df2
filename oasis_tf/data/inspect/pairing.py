"""Finds which pictures are label maps of which others, by their names and a look at a few."""

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from oasis_tf.data.inspect.collections import TEST, Collection, collections
from oasis_tf.data.inspect.file_tree import FileTree
from oasis_tf.data.inspect.picture_look import Look, is_png, look_at

MOST_NAMES = 2000  # of label maps that endings are derived from
MOST_LOOKS = 40  # pairings that are looked at, the likeliest first
LOOKS = 3  # pictures of each
SHARE = 0.5  # of the best pairing's pairs, or of an ending's; less is by chance
SEPARATORS = "_-. "
LAST_WORD = re.compile(r"[_\-. ][^/_\-. ]+$")
IMAGE_HINTS = re.compile(r"ima?ge?|photo|jpe?g|rgb|left|raw|input", re.IGNORECASE)
NO_IMAGE_HINTS = re.compile(r"label|mask|seg|annot|visual|color|colour|gt|depth", re.IGNORECASE)
LABEL_HINTS = re.compile(r"label|mask|annot|seg|gt|map|target", re.IGNORECASE)
CLASS_HINTS = re.compile(r"label_?ids|class|semantic|machine", re.IGNORECASE)
NO_LABEL_HINTS = re.compile(
    r"colou?r|human|visual|instance|object|panoptic|train_?ids|edge|boundar|depth", re.IGNORECASE
)


@dataclass
class Pairing:
    """Images and label maps whose names agree.

    Attributes:
        images, labels: `Collection`s.
        image_ending, label_ending: endings of the names before the suffix.
        expected: float, number of pairs, from a sample of the names.
        pairs: "train" and "val" (or "" without splits) to a dict of name to (image, label map),
            paths relative to the root.
        unpaired: the same keys to the names without a partner.
        num_test: int, pairs of a third split, which are not used.
        look: `Look` of a label map.
    """

    images: Collection
    labels: Collection
    image_ending: str
    label_ending: str
    expected: float
    pairs: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    unpaired: dict[str, set[str]] = field(default_factory=dict)
    num_test: int = 0
    look: Look | None = None

    def __len__(self) -> int:
        return sum(map(len, self.pairs.values()))

    @property
    def has_splits(self) -> bool:
        return "" not in self.images.files


def find_pairing(tree: FileTree) -> Pairing | None:
    """The likeliest pairing of a tree's pictures, or None."""
    pairs = itertools.product(collections(tree), repeat=2)
    found = [pairing for images, labels in pairs for pairing in _pairings(images, labels)]
    most = max((pairing.expected for pairing in found), default=0)
    likely = [pairing for pairing in found if _is_likely(pairing, most)]
    for pairing in sorted(likely, key=_rank, reverse=True)[:MOST_LOOKS]:
        _fill(pairing)
        if not all(pairing.pairs.values()):
            continue  # a split without pairs
        pairing.look = _label_look(tree, pairing)
        if pairing.look is not None:
            return pairing
    return None


def _is_likely(pairing: Pairing, most: float) -> bool:
    """With splits, the pairs of a third split are missing."""
    return pairing.expected >= (0.3 if pairing.has_splits else SHARE) * most


def _rank(pairing: Pairing) -> tuple:
    image = f"{pairing.images.pattern}{pairing.image_ending}"
    label = f"{pairing.labels.pattern}{pairing.label_ending}"
    hints = bool(IMAGE_HINTS.search(image)) - 2 * bool(NO_IMAGE_HINTS.search(image))
    hints += bool(LABEL_HINTS.search(label)) + 2 * bool(CLASS_HINTS.search(label))
    hints -= 2 * bool(NO_LABEL_HINTS.search(label))
    depth = pairing.images.pattern.count("/") + pairing.labels.pattern.count("/")
    named = bool(pairing.images.pattern) + bool(pairing.labels.pattern)
    return pairing.has_splits, hints, pairing.expected, named + depth


def _label_look(tree: FileTree, pairing: Pairing) -> Look | None:
    """A look at a label map; None unless some pairs are of a photograph and a label map."""
    pairs = [pair for of_split in pairing.pairs.values() for pair in of_split.values()]
    step = max(1, len(pairs) // LOOKS)
    found = None
    for image, label in pairs[::step][:LOOKS]:
        look, photograph = look_at(tree.root / label), look_at(tree.root / image)
        if look is None or photograph is None or not look.is_label_map:
            continue
        if photograph.is_label_map or look.size != photograph.size:
            continue
        found = found or look
    return found


def _pairings(images: Collection, labels: Collection) -> Iterator[Pairing]:
    """Yields the pairings of two collections, of each ending that many names have; not filled."""
    if images.words != labels.words:
        return
    stems = [stem for stem, is_png in labels.stems if is_png]
    sample = stems[:: max(1, len(stems) // MOST_NAMES)]
    is_one = images is labels
    for image_ending in _image_endings(images, with_last=is_one) if sample else ():
        cores, own = images.cores(image_ending), is_one and not image_ending
        endings = Counter(_ending(stem, cores, is_own=own) for stem in sample)
        for impossible in (None, image_ending) if is_one and image_ending else (None,):
            endings.pop(impossible, None)
        most = max(endings.values(), default=0)
        for label_ending, count in endings.items():
            if count >= SHARE * most:
                expected = count / len(sample) * len(stems)
                yield Pairing(images, labels, image_ending, label_ending, expected)


def _image_endings(images: Collection, *, with_last: bool) -> list[str]:
    """No ending, the one that all names have, and in a folder of both kinds frequent last words."""
    stems = [stem for stem, _ in images.stems[:: max(1, len(images) // MOST_NAMES)]]
    common = os.path.commonprefix([stem[::-1] for stem in stems])[::-1]
    starts = [index for index, character in enumerate(common) if character in SEPARATORS]
    endings = ["", *([common[starts[0] :]] if starts and len(stems) > 1 else [])]
    if with_last:
        last = (LAST_WORD.search(stem) for stem in stems)
        words = Counter(match[0] for match in last if match)
        endings += [word for word, count in words.most_common(4) if count >= 0.3 * len(stems)]
    return list(dict.fromkeys(endings))


def _ending(stem: str, cores: dict[str, bool], *, is_own: bool) -> str | None:
    """What follows the name of an image in that of a label map; None if no image's name begins it.

    Args:
        cores: see `Collection.cores`, of the images.
        is_own: bool, whether the label map is itself among them; then a label map of an image's
            name needs an image that is no PNG.
    """
    if stem in cores and (cores[stem] or not is_own):
        return ""
    for index in range(len(stem) - 1, 0, -1):
        if stem[index] in SEPARATORS and stem[:index] in cores:
            return stem[index:]
    return None


def _fill(pairing: Pairing) -> None:
    """Finds the pairs of each split, as `oasis_tf.data.folder.Folder` does."""
    for split in pairing.images.files:
        images, labels = _images_and_labels(pairing, split)
        both = sorted(images.keys() & labels.keys())
        pairing.pairs[split] = {name: (images[name], labels[name]) for name in both}
        pairing.unpaired[split] = images.keys() ^ labels.keys()
    images, labels = _images_and_labels(pairing, TEST)
    pairing.num_test = len(images.keys() & labels.keys())


def _images_and_labels(pairing: Pairing, split: str) -> tuple[dict[str, str], dict[str, str]]:
    images_first = len(pairing.image_ending) > len(pairing.label_ending)
    files, taken = {}, frozenset()
    for is_label in (False, True) if images_first else (True, False):
        files[is_label] = _files(pairing, split, is_label=is_label, without=taken)
        taken = frozenset(files[is_label].values())
    return files[False], files[True]


def _files(pairing, split: str, *, is_label: bool, without: frozenset[str]) -> dict[str, str]:
    """Path of each image or label map of a split, by its name without ending and suffix."""
    collection = pairing.labels if is_label else pairing.images
    ending = pairing.label_ending if is_label else pairing.image_ending
    folder, found = collection.folder(split), {}
    for name in collection.names(split):
        stem, path = os.path.splitext(name)[0], os.path.join(folder, name)
        if stem.endswith(ending) and (is_png(name) or not is_label) and path not in without:
            found.setdefault(stem.removesuffix(ending), path)
    return found
