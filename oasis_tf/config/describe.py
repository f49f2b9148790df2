"""The keys of a config in words: description, type, unit, default, data sets."""

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import annotated_types
from pydantic.fields import FieldInfo

from oasis_tf.config.load import ConfigError
from oasis_tf.config.models import config_class
from oasis_tf.config.section import Form, Section
from oasis_tf.data.dataset_info import known_datasets
from oasis_tf.io.near_names import did_you_mean
from oasis_tf.io.number_types import AtMost, Unit

REQUIRED = object()  # in place of a default
FORMS = {bool: "true or false", int: "integer", float: "number", str: "text", type(None): "null"}


@dataclass(frozen=True)
class KeyDescription:
    """One key of a config.

    Attributes:
        key: str, such as "training.batch_size".
        text: str, what the key does.
        form: str, type and range of its values.
        unit: str, or None where it is no number.
        default: in JSON's types, or `REQUIRED`.
        datasets: names of the data sets that take it; empty if all do.
    """

    key: str
    text: str
    form: str
    unit: str | None
    default: Any
    datasets: tuple[str, ...] = ()


def describe(key: str | None = None, *, model: str = "oasis") -> list[KeyDescription]:
    """The keys of one name.

    Args:
        key: a key, a section with all its keys, or None for all keys.
        model: str, of the config.
    Raises: ConfigError for another name, with the near ones.
    """
    keys = list(_keys(config_class(model)))
    if key is None:
        return keys
    found = [one for one in keys if one.key == key or one.key.startswith(f"{key}.")]
    if not found:
        raise ConfigError(f"there is no key {key!r} in a config; {_hint(key, keys)}")
    return found


def _keys(section: type[Section], prefix: str = "") -> Iterator[KeyDescription]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _keys(field.annotation, prefix=f"{prefix}{name}.")
            continue
        yield KeyDescription(
            key=f"{prefix}{name}",
            text=field.description,
            form=_form(field.annotation, field.metadata),
            unit=_unit(field.annotation, field.metadata),
            default=REQUIRED if field.is_required() else field.default,
            datasets=_datasets(name) if prefix == "data." else (),
        )


def _datasets(name: str) -> tuple[str, ...]:
    known = known_datasets()
    own_classes = [info.name for info in known.values() if info.class_names is None]
    taken_by = {
        "classes": own_classes,  # the opener takes what follows from it
        "image_size": [],  # all are resized to it, and rendered ones are rendered at it
    }.get(name, [info.name for info in known.values() if name in info.keys])
    return tuple(taken_by)


def _hint(key: str, keys: list[KeyDescription]) -> str:
    """Names spelled like a wrong one: as a whole, or like a key's last part."""
    names = [one.key for one in keys]
    sections = {name.rpartition(".")[0] for name in names if "." in name}
    last = [name for name in names if name.rpartition(".")[2] == key.rpartition(".")[2]]
    if last:
        return f"did you mean {' or '.join(last)}?"
    return did_you_mean(
        key, [*names, *sections], otherwise=f"sections are {', '.join(sorted(sections))}"
    )


def _flat(metadata: tuple) -> list:
    """The metadata of a type, with that of each `Field` in it."""
    return [part for item in metadata for part in (item.metadata if _is_field(item) else [item])]


def _is_field(item: Any) -> bool:
    return isinstance(item, FieldInfo)


def _unwrapped(annotation: Any, metadata: tuple) -> tuple[Any, list]:
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, *inner = typing.get_args(annotation)
        return annotation, [*_flat(inner), *metadata]
    return annotation, list(metadata)


def _form(annotation: Any, metadata: tuple = ()) -> str:
    """A type in words."""
    annotation, metadata = _unwrapped(annotation, metadata)
    for item in metadata:
        if isinstance(item, Form):
            return item.text()
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return ", or ".join(_form(part) for part in parts)
    if origin is Literal:
        return ", ".join(map(str, parts[:-1])) + f" or {parts[-1]}"
    if origin is list or origin is tuple and parts[-1] is Ellipsis:
        entry = _form(parts[0])
        is_one_thing = " " not in entry or entry.startswith("[") and entry.endswith("]")
        return f"list of {entry}" if is_one_thing else f"list of ({entry})"
    if origin is tuple:
        return f"[{', '.join(_form(part) for part in parts)}]"
    return FORMS[annotation] + _range(metadata)


def _range(metadata: list) -> str:
    lower = upper = ""
    for item in metadata:
        if isinstance(item, annotated_types.Ge):
            lower = f" from {item.ge:,.12g}"
        elif isinstance(item, annotated_types.Gt):
            lower = f" above {item.gt:,.12g},"
        elif isinstance(item, annotated_types.Lt):
            upper = f" below {item.lt:,.12g}"
        elif isinstance(getattr(item, "func", None), AtMost):
            upper = upper or f" to {item.func.limit:,.12g}"
    return lower + (upper.replace(" to ", " at most ") if lower.endswith(",") else upper)


def _unit(annotation: Any, metadata: tuple = ()) -> str | None:
    """The unit of a type, or of the first part that has one."""
    annotation, metadata = _unwrapped(annotation, metadata)
    for item in metadata:
        if isinstance(item, Unit):
            return item.text
    found = (_unit(part) for part in typing.get_args(annotation) if not isinstance(part, str))
    return next(filter(None, found), None)
