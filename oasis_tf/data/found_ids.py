"""The classes of a folder whose config lists none: the ids that its label maps hold."""

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from oasis_tf.data.dataset_info import MOST_CLASSES
from oasis_tf.data.errors import DataError
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.data.opening import open_splits

USUALLY_VOID = 255
IDS = LabelIds(num_classes=256, id_map={raw: raw for raw in range(256)})  # as they are


def with_found_classes(
    config, *, track: Callable[..., Iterable[list[int]]] = lambda items, **_: items
):
    """A config that lists its classes: itself, or one with every id that its label maps hold.

    Args:
        config: `Config`; `num_classes` of its `data` is None where the label maps are to be read.
        track: function(items, description=, total=) -> items, to show progress.
    Raises: DataError if no label map can be read, if one holds an id that is probably void's, or
        all together more ids than there can be classes.
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
            description=f"Looking for the classes: reading {len(paths):,} label maps",
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
            f"means void. If it does, say data.void_id: {USUALLY_VOID}; else list all classes in "
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
    """The ids of one label map; none of one that cannot be read, which is named elsewhere."""
    try:
        return np.unique(IDS.read(path)).tolist()
    except DataError:
        return []
