"""How a data set's label maps are read, from the keys of its config."""

from collections.abc import Mapping, Sequence

import numpy as np

from oasis_tf.data.dataset_info import Color
from oasis_tf.data.errors import DataError
from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.label_colors import LabelColors
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.data.source import checked_palette


def label_code_of(
    *,
    num_classes: int,
    void_id: int | None = None,
    id_map: Mapping[int, int] | None = None,
    label_colors: Sequence[Sequence[Color]] | None = None,
    palette: Sequence[Sequence[int]] | np.ndarray | None = None,
    class_names: Sequence[str] | None = None,
) -> LabelCode:
    """How the pixels of a data set's label maps become classes.

    Args:
        num_classes: int, counts void.
        void_id, id_map: see `id_table`.
        label_colors: colours of every class, see `LabelColors`; None if the pixels are ids.
        palette: colour of each class, default `distinct_palette`; see `LabelPalette`.
        class_names: names of the classes in errors, void first; default "class 1" and so on.
    Raises: DataError for numbers out of range, or if label_colors has not `num_classes` entries.
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
