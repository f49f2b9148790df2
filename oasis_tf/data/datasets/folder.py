"""A folder of the user: the config describes its layout, classes and splits."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from oasis_tf.data.dataset_info import Color, DataSetInfo


def open_folder(
    *,
    root: Path | str,
    split: str,
    num_classes: int,
    void_id: int | None = None,
    id_map: Mapping[int, int] | None = None,
    label_colors: Sequence[Sequence[Color]] | None = None,
    class_names: Sequence[str] | None = None,
    palette: Sequence[Color] | None = None,
    images: str = "images/{split}",
    labels: str = "labels/{split}",
    image_ending: str = "",
    label_ending: str = "",
    instances: str | None = None,
    instance_ending: str = "",
    train_split: str = "train",
    val_split: str = "val",
    split_list: str | None = None,
    val_fraction: float | None = None,
    seed: int = 0,
):
    """Opens one split: a `Folder`.

    Args:
        root: the folder above the others.
        split: "train" or "val".
        num_classes, void_id, id_map, label_colors: see `label_code_of`.
        images, labels: the two subfolders; "{split}" becomes the split's name.
        instances: the subfolder of instance maps, in the same way; None for none.
        train_split, val_split: names of the splits in paths.
        split_list: file in `root` that lists the pairs of a split, one a line; "{split}" becomes
            the split's name. None for all pairs in the subfolders.
        val_fraction, seed: see `FractionSplit`; None for all pairs in the subfolders.
        image_ending, label_ending, instance_ending, class_names, palette: see `Folder`.
    Raises: DataError naming the problem.
    """
    from oasis_tf.data.folder import Folder
    from oasis_tf.data.label_reading import label_code_of

    split_name = {"train": train_split, "val": val_split}[split]

    def subfolder(pattern):
        return Path(root, pattern.replace("{split}", split_name))

    return Folder(
        images=subfolder(images),
        labels=subfolder(labels),
        instances=None if instances is None else subfolder(instances),
        image_ending=image_ending,
        label_ending=label_ending,
        instance_ending=instance_ending,
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


def _split(split, *, root, name, path, fraction, seed):
    """What chooses the pairs of a split."""
    from oasis_tf.data.splits import EverySplit, FractionSplit, ListSplit

    if path is not None:
        return ListSplit(Path(root, path.replace("{split}", name)))
    if fraction is not None:
        return FractionSplit(split=split, fraction=fraction, seed=seed)
    return EverySplit()


DATA_SET = DataSetInfo(name="folder", open=open_folder)
