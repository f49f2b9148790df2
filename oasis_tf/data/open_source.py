"""Opens a data set, and reads its label maps, as the config's data section says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from oasis_tf.data.ade20k import open_ade20k
from oasis_tf.data.cityscapes import open_cityscapes
from oasis_tf.data.coco_stuff import open_coco_stuff
from oasis_tf.data.folder import Folder
from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.label_colors import Color, LabelColors
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.data.landscapes import Landscapes
from oasis_tf.data.source import DataError, Source, checked_palette
from oasis_tf.data.splits import EverySplit, FractionSplit, ListSplit, require_disjoint
from oasis_tf.data.tfds_source import open_tfds

SPLITS = ("train", "val")


def open_source(*, source: str, split: str, check: bool = True, **options) -> Source:
    """Opens one split of a data set and checks all that can be checked without decoding it.

    Args:
        source: a key of `OPENERS`.
        split: "train" or "val".
        check: whether to call `Source.check`; without it, only what is missing as a whole is seen.
        options: those of the opener; of data sets that are files, `root` is their folder.
    Raises: DataError saying what is missing or wrong, and where.
    """
    if source not in OPENERS or split not in SPLITS:
        raise DataError(
            f"There is no data source {source!r} with a split {split!r}; sources are "
            f"{', '.join(OPENERS)}, splits are {', '.join(SPLITS)}."
        )
    if source not in ROOTLESS and options.get("root") is None:
        raise DataError(
            f"The data source {source!r} needs a data root, the folder it lies in "
            "(--data-root or data.root)."
        )
    opened = OPENERS[source](split=split, **options)
    if check:
        opened.check()
    return opened


def open_folder(
    *,
    root: Path | str,
    split: str,
    num_classes: int,
    void_id: int | None = None,
    id_map: Mapping[int, int] | None = None,
    label_colors: Sequence[Sequence[Color]] | None = None,
    class_names: Sequence[str] | None = None,
    palette: Sequence[Sequence[int]] | np.ndarray | None = None,
    images: str = "images/{split}",
    labels: str = "labels/{split}",
    image_ending: str = "",
    label_ending: str = "",
    train_split: str = "train",
    val_split: str = "val",
    split_list: str | None = None,
    val_fraction: float | None = None,
    seed: int = 0,
) -> Folder:
    """Opens one split of a folder in a layout of its owner's.

    Args:
        root: what the other folders are in.
        split: "train" or "val".
        num_classes, void_id, id_map, label_colors: see `label_code_of`.
        images, labels: the two subfolders; "{split}" becomes the split's name.
        train_split, val_split: what the folder calls its splits.
        split_list: of a file in `root` that names the pairs of one split, one a line; "{split}"
            becomes the split's name. None for all that lies in the subfolders.
        val_fraction, seed: see `FractionSplit`; None for all that lies in the subfolders.
        image_ending, label_ending, class_names, palette: see `Folder`.
    Raises: DataError naming what is wrong.
    """
    split_name = {"train": train_split, "val": val_split}[split]
    return Folder(
        images=Path(root, images.replace("{split}", split_name)),
        labels=Path(root, labels.replace("{split}", split_name)),
        image_ending=image_ending,
        label_ending=label_ending,
        label_code=label_code_of(
            num_classes=num_classes,
            void_id=void_id,
            id_map=id_map,
            label_colors=label_colors,
            palette=palette,
            class_names=class_names,
        ),
        class_names=class_names,
        palette=palette,
        split=_split(
            split, root=root, name=split_name, path=split_list, fraction=val_fraction, seed=seed
        ),
    )


def open_splits(*, check: bool = True, **arguments) -> tuple[Source, Source]:
    """Opens the training pairs and the held-out ones, and sees to it that they share no file.

    Args:
        check, arguments: of `open_source`.
    Raises: DataError, see `open_source` and `require_disjoint`.
    """
    train, held_out = (open_source(split=split, check=False, **arguments) for split in SPLITS)
    require_disjoint(train, held_out)
    if check:
        train.check()
        held_out.check()
    return train, held_out


def _split(split, *, root, name, path, fraction, seed):
    """Of these keys of a folder, what chooses its pairs."""
    if path is not None:
        return ListSplit(Path(root, path.replace("{split}", name)))
    if fraction is not None:
        return FractionSplit(split=split, fraction=fraction, seed=seed)
    return EverySplit()


def label_code_of(
    *,
    num_classes: int,
    void_id: int | None = None,
    id_map: Mapping[int, int] | None = None,
    label_colors: Sequence[Sequence[Color]] | None = None,
    palette: Sequence[Sequence[int]] | np.ndarray | None = None,
    class_names: Sequence[str] | None = None,
) -> LabelCode:
    """What the pixels of a data set's label maps mean.

    Args:
        num_classes: int, counts void.
        void_id, id_map: how ids become class ids, see `id_table`.
        label_colors: the colours of every class, see `LabelColors`; None if the pixels are ids.
        palette: what the classes are shown in, default `distinct_palette`; see `LabelPalette`.
        class_names: what errors call the classes, void first; default "class 1" and so on.
    Raises: DataError for what is out of range, or not `num_classes` lists of colours.
    """
    if label_colors is None:
        palette = checked_palette(palette, num_classes=num_classes)
        return LabelIds(
            num_classes=num_classes,
            void_id=void_id,
            id_map=id_map,
            palette=palette,
            class_names=class_names,
        )
    if len(label_colors) != num_classes:
        raise DataError(
            f"label_colors has {len(label_colors)} entries for {num_classes} classes; it needs "
            "one for each, void first."
        )
    return LabelColors(label_colors, class_names=class_names)


OPENERS = {
    "ade20k": open_ade20k,
    "cityscapes": open_cityscapes,
    "coco_stuff": open_coco_stuff,
    "folder": open_folder,
    "landscapes": Landscapes,
    "tfds": open_tfds,
}
ROOTLESS = ("landscapes", "tfds")
