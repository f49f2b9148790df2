"""Which runs can be compared: those of the same data, classes and size."""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

from oasis_tf.config.class_names import plain_name
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.io.json_file import JSONFileError, read_json
from oasis_tf.runs import data_record

SAME = ("source", "image_size", "num_classes")


def require_alike(configs: Mapping[str, object]) -> None:
    """EvaluationError, a sentence that names two runs, unless all have the same data.

    Compared are `data.source`, size and classes, and the names of the pairs, where the run folders
    record them.

    Args:
        configs: dict of run folder to its `Config`.
    """
    first, *others = configs
    for other in others:
        one, two = configs[first].data, configs[other].data
        for key in SAME:
            values = getattr(one, key), getattr(two, key)
            if values[0] != values[1]:
                raise _unlike(first, other, f"data.{key}", *map(_text, values))
        pairs = zip_longest(one.class_names or (), two.class_names or (), fillvalue="")
        for class_id, names in enumerate(pairs):
            if plain_name(names[0]) != plain_name(names[1]):
                raise _unlike(first, other, f"class {class_id}", *map(repr, names))
        for split in ("train", "val"):
            recorded = _names(first, split), _names(other, split)
            if None not in recorded and recorded[0] != recorded[1]:
                numbers = (f"{len(names):,}" for names in recorded)
                raise _unlike(first, other, f"the pairs of {split}", *numbers, reason="other pairs")


def with_instances(config, configs: Mapping[str, object]):
    """The `Config` with the instance maps of the first run that takes them, if one does.

    Args:
        configs: dict of run folder to its `Config`; `require_alike` accepts them.
    """
    keys = {"instances", "instance_ending"}
    for other in configs.values():
        if config.data.instances is None and other.data.instances is not None:
            data = config.data.model_copy(update=other.data.model_dump(include=keys))
            config = config.model_copy(update={"data": data})
    return config


def _unlike(first, other, what, one, two, *, reason=None):
    about = f"{what} is {one} in {first} and {two} in {other}"
    if reason is not None:
        about = f"{first} and {other} were trained on {reason}: {what} differ ({one} and {two})"
    return EvaluationError(f"{about}; only runs of the same data can be compared")


def _text(value):
    return "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _names(run, split):
    """Names of the pairs of a split, or None where the run does not record them."""
    try:
        record = read_json(Path(run) / data_record.NAME)
    except (OSError, JSONFileError):
        return None
    names = record.get(split) if isinstance(record, dict) else None
    return set(names) if isinstance(names, dict) else None
