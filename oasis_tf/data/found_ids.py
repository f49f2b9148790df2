"""Finds the classes of a folder whose config lists none: the ids in its label maps."""

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from oasis_tf.data.dataset_info import MOST_CLASSES
from oasis_tf.data.errors import DataError
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.data.opening import open_splits
from oasis_tf.io.terminal import counted

USUALLY_VOID = 255
IDS = LabelIds(num_classes=256, id_map={raw: raw for raw in range(256)})  # unchanged ids


def with_found_classes(
    config, *, track: Callable[..., Iterable[list[int]]] = lambda items, **_: items
):
    """Completes a config that lists no classes: every id in the label maps becomes a class.

    Args:
        config: `Config`. The label maps are read where `num_classes` of its `data` is None.
        track: function(items, description=, total=) -> items, which shows progress.
    Returns: `Config`, the same one if it lists its classes.
    Raises: DataError if no label map can be read, if an id is probably void's, or if there are
        more ids than there can be classes.
    """
    if config.data.num_classes is not None:
        return config
    arguments = config.data.source_arguments() | {"num_classes": 256, "void_id": None}
    paths = [
        path for source in open_splits(check=False, **arguments) for path in source.label_paths
    ]
    example: dict[int, Path] = {}
    with closing(in_threads(_ids, paths)) as read:
        found = track(
            read,
            description=f"Looking for the classes: reading {counted(len(paths), 'label map')}",
            total=len(paths),
        )
        for path, ids in zip(paths, found, strict=True):
            example |= {id_: path for id_ in ids if id_ not in example}
    void_id = config.data.void_id
    if not set(example) - {void_id}:
        raise DataError(f"{paths[0].parent}: no label map holds an id; list data.classes.")
    if void_id is None and USUALLY_VOID in example:
        raise DataError(
            f"{example[USUALLY_VOID]}: the label map holds the id {USUALLY_VOID}, which usually "
            f"means void. If it does, set data.void_id: {USUALLY_VOID}; else list all classes in "
            "data.classes."
        )
    ids = sorted({*example} - {void_id})
    if len(ids) > MOST_CLASSES:
        raise DataError(
            f"{paths[0].parent}: the label maps hold {len(ids)} ids; {MOST_CLASSES} classes are "
            "possible. Are these label maps?"
        )
    return config.with_listed_classes({id_: f"id {id_}" for id_ in ids})


def _ids(path: Path) -> list[int]:
    """The ids of one label map; none if it cannot be read, which `Source.check` reports."""
    try:
        return np.unique(IDS.read(path)).tolist()
    except DataError:
        return []
