"""The classes of a folder, and the keys that follow from them.

The model's class 0 is always void, for pixels without a label. `data.classes` lists the folder's
classes only; void is put before them. If no id is void, the model still has that class, without
pixels.
"""

from typing import Annotated, Any

import pydantic

from oasis_tf.config.class_names import ids_by_name, plain_name
from oasis_tf.config.section import Form
from oasis_tf.data.dataset_info import MOST_CLASSES

VOID = "void"
# First names of `data.class_names` that mean void.
VOID_NAMES = frozenset(
    {"void", "unlabeled", "unlabelled", "ignore", "ignored", "unknown", "none", "undefined"}
)


def _checked(value: Any) -> dict[int, str] | list[str]:
    """Checks the list or mapping. Raises: ValueError, a sentence that names the key."""
    if not isinstance(value, (list, dict)) or not value:
        raise ValueError(
            "data.classes must list your classes: [background, shirt] for the ids 0 and 1, or "
            "{1: background, 2: shirt}"
        )
    for id_, name in value.items() if isinstance(value, dict) else enumerate(value):
        if type(id_) is not int or not 0 <= id_ <= 255:
            raise ValueError(
                f"data.classes has {id_!r}: {name!r}, but an id is a whole number of 0..255; "
                "write id: name"
            )
        if not isinstance(name, str) or not name.strip():
            raise ValueError(
                f"data.classes gives the id {id_} the name {name!r}, which is no text; put it "
                'in quotes, as "no" (in YAML no, on and null are not texts)'
            )
    if isinstance(value, list) and len(ids_by_name(value)) < len(value):
        ids = ids_by_name(value)
        twice = next(name for id_, name in enumerate(value) if ids[plain_name(name)] != id_)
        raise ValueError(
            f"data.classes has {twice!r} twice; if several ids are one class, write "
            "id: name for each"
        )
    return value


ClassList = Annotated[
    dict[int, str] | list[str],
    pydantic.BeforeValidator(_checked),
    Form(lambda: "{id: name, ...}, or [name, ...] for the ids 0, 1, ..."),
]


def settle_classes(data: Any) -> None:
    """Fills in the keys of a folder's `DataConfig` that follow from others.

    From `classes`: num_classes, class_names and, for label maps of ids, id_map. palette and
    label_colors may then lack void's entry. `classes` itself becomes None, so that a saved config
    has each fact once. Without `classes`, num_classes follows from class_names, label_colors or
    id_map.

    Raises: ValueError, a sentence that names the key.
    """
    if data.classes is not None:
        _settle_list(data)
    elif data.num_classes is None:
        counts = [len(entries) for entries in (data.class_names, data.label_colors) if entries]
        counts += [max(data.id_map.values()) + 1] if data.id_map and not counts else []
        data.num_classes = max(2, counts[0]) if counts else None
    _require_void_first(data)


def _settle_list(data: Any) -> None:
    for key in ("num_classes", "class_names", "id_map"):
        if getattr(data, key) is not None:
            raise ValueError(f"data.{key} follows from data.classes; leave it out")
    if isinstance(data.classes, list) and data.void_id in range(len(data.classes)):
        raise ValueError(
            f"data.void_id is {data.void_id}, but data.classes lists {len(data.classes)} names for "
            f"the ids 0 to {len(data.classes) - 1}; write data.classes as id: name, such as "
            f"{{{data.void_id + 1}: {data.classes[0]}}}"
        )
    listed = data.classes
    listed = dict(enumerate(listed)) if isinstance(listed, list) else listed
    named = {id_: name for id_, name in listed.items() if not _is_void(id_, name, data.void_id)}
    names = [list(named.values())[index] for index in ids_by_name(list(named.values())).values()]
    if not names:
        raise ValueError("data.classes lists no class but void")
    if len(names) > MOST_CLASSES:
        raise ValueError(f"data.classes lists {len(names)} classes; {MOST_CLASSES} are possible")
    data.num_classes = len(names) + 1
    data.class_names = [VOID, *names]
    if data.label_colors is None:
        class_ids = ids_by_name(names)
        ids = {id_: class_ids[plain_name(name)] + 1 for id_, name in named.items()}
        void_ids = {id_: 0 for id_ in listed if id_ not in named and id_ != data.void_id}
        data.id_map = dict(sorted((ids | void_ids).items()))
    elif isinstance(data.classes, dict) or len(names) < len(listed):
        raise ValueError(
            "data.classes must be a list of names without void if data.label_colors is set"
        )
    if data.label_colors is not None and len(data.label_colors) == len(names):
        if data.palette is None and all(data.label_colors):
            data.palette = [colors[0] for colors in data.label_colors]
        data.label_colors = [[], *data.label_colors]
    if data.palette is not None and len(data.palette) == len(names):
        data.palette = [(0, 0, 0), *data.palette]
    data.classes = None


def _is_void(id_: int, name: str, void_id: int | None) -> bool:
    return id_ == void_id or plain_name(name) == VOID


def _require_void_first(data: Any) -> None:
    """Raises a ValueError if the first of class_names is replaced by void but seems a class."""
    if not data.class_names or plain_name(data.class_names[0]) in VOID_NAMES:
        return
    by_colors = data.label_colors is not None and bool(data.label_colors[0])
    if by_colors or data.void_id is not None or 0 in (data.id_map or {}).values():
        return  # there are pixels of class 0
    first = data.class_names[0]
    raise ValueError(
        f"data.class_names begins with {first!r}, but the first name is that of void, and no id is "
        f"void; if {first!r} is a class, write data.classes instead, "
        f"[{', '.join(data.class_names)}] for the ids 0 to {len(data.class_names) - 1}; if it is "
        f"void, set data.void_id"
    )
