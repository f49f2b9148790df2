"""The classes of a configured data set, without opening its files."""

from collections.abc import Sequence

import numpy as np

from oasis_tf.data.dataset_info import dataset_info
from oasis_tf.data.source import checked_names, checked_palette


def classes_of(
    *,
    source: str,
    num_classes: int,
    class_names: Sequence[str] | None = None,
    palette: Sequence[Sequence[int]] | np.ndarray | None = None,
) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and colours, uint8 (num_classes, 3), of the classes, as of `open_source`.

    Args:
        source: name of the data set.
        num_classes: counts void.
        class_names, palette: of the config; used where the data set has no classes of its own.
    Raises: DataError if there are not `num_classes` of them.
    """
    info = dataset_info(source)
    if info.class_names is not None:
        class_names, palette = info.class_names, info.palette
    return (
        checked_names(class_names, num_classes=num_classes),
        checked_palette(palette, num_classes=num_classes),
    )
