"""Recognizes the data sets that have a `data.source` of their own, and two more by their names."""

import re
from collections.abc import Collection
from pathlib import Path

from oasis_tf.data.datasets import cityscapes, coco_stuff
from oasis_tf.data.inspect.file_tree import FileTree

# Sources, a folder that each has for training and one for held-out pairs, and names of its images.
_FOLDERS = {
    "cityscapes": (
        f"{cityscapes.IMAGES}/train",
        f"{cityscapes.IMAGES}/val",
        f"{cityscapes.LABELS}/train",
        f"{cityscapes.LABELS}/val",
    ),
    "ade20k": (
        "images/training",
        "images/validation",
        "annotations/training",
        "annotations/validation",
    ),
    "coco_stuff": ("train_img", "val_img", "train_label", "val_label"),
}
_NAMES = {
    "cityscapes": re.compile(r".*_leftImg8bit\.png"),
    "ade20k": re.compile(r"ADE_train_\d+\.jpg"),
    "coco_stuff": re.compile(r"(COCO_train2014_)?\d{12}\.jpg"),
}
_VOC_NAME = re.compile(r"\d{4}_\d{6}")
_COCO_NAME = re.compile(r"(COCO_(train|val)2014_)?\d{12}")
# Everingham et al. 2010, "The PASCAL Visual Object Classes Challenge", in the order of their ids.
VOC_CLASSES = """
    background, aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, dining table,
    dog, horse, motorbike, person, potted plant, sheep, sofa, train, tv monitor
"""
VOC_CLASSES = tuple(" ".join(name.split()) for name in VOC_CLASSES.split(","))


def known_source(tree: FileTree) -> tuple[str, Path] | None:
    """The `data.source` of a tree in the layout of a known data set, and its root; else None."""
    for source, (images, *others) in _FOLDERS.items():
        for root in _roots(tree, images):
            prefix = f"{root}/" if root else ""
            if not all(_below(tree, f"{prefix}{folder}") for folder in others):
                continue
            names = _below(tree, f"{prefix}{images}")
            if names and all(map(_NAMES[source].fullmatch, names[:100])):
                return source, tree.root / root
    return None


def known_names(ids: Collection[int], names: Collection[str]) -> tuple[str, dict[int, str]] | None:
    """The data set and the class names of ids, by the names of its images; else None."""
    stems = [name.rpartition("/")[2] for name in names]
    if stems and all(map(_VOC_NAME.fullmatch, stems)) and set(ids) <= {*range(21), 255}:
        return "PASCAL VOC", dict(enumerate(VOC_CLASSES))
    if stems and all(map(_COCO_NAME.fullmatch, stems)) and set(ids) <= {*range(182), 255}:
        return "COCO-Stuff", dict(enumerate(coco_stuff.CLASS_NAMES[1:]))
    return None


def _roots(tree: FileTree, folder: str) -> list[str]:
    """Folders at most one level below the root that have a folder."""
    ends = [path for path in tree.folders if path == folder or path.endswith(f"/{folder}")]
    roots = [path.removesuffix(folder).rstrip("/") for path in ends]
    return [root for root in roots if "/" not in root]


def _below(tree: FileTree, folder: str) -> list[str]:
    """Names of the files in a folder and the folders in it."""
    return [
        name
        for path, names in tree.folders.items()
        if path == folder or path.startswith(f"{folder}/")
        for name in names
    ]
