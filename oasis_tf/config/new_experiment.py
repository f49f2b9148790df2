"""Checks of a config for a new run or survey.

They are not part of `Config`, so that older runs with such a config stay readable.
"""

from collections import defaultdict

from oasis_tf.config.class_names import plain_name
from oasis_tf.config.load import ConfigError
from oasis_tf.data.dataset_info import known_datasets

# Keys of `data` that every config may have: `--data-root` sets one, and a saved config the others.
OF_ALL = frozenset({"root", "image_size", "num_classes", "void_id", "class_names", "palette"})


def check_new_experiment(config):
    """Checks the config of a new run, or of a survey of the data.

    Args:
        config: `Config`.
    Returns: list of str, warnings.
    Raises: ConfigError, naming the key.
    """
    _require_void_in_one_place(config.data)
    return [*_keys_without_effect(config.data), *_repeated_names(config.data.class_names or ())]


def _require_void_in_one_place(data):
    """Without this check, `void_id` would silently replace an entry of `id_map`."""
    mapped = (data.id_map or {}).get(data.void_id, 0)
    if mapped:
        raise ConfigError(
            f"data.id_map makes the id {data.void_id} class {mapped}, but data.void_id makes "
            f"it void; leave out one of the two"
        )


def _keys_without_effect(data):
    """Yields a sentence for each key that is for other data sets than the configured one."""
    others = frozenset().union(*(info.keys for info in known_datasets().values()))
    for key in sorted(others - data.info.keys - OF_ALL):
        if getattr(data, key) != type(data).model_fields[key].default:
            yield f"data.{key} has no effect: the data set {data.source} does not take it"


def _repeated_names(class_names):
    """Yields a sentence for each name that several classes have, ignoring case and spaces."""
    ids = defaultdict(list)
    for class_id, name in enumerate(class_names):
        ids[plain_name(name)].append(class_id)
    for same in ids.values():
        if len(same) > 1:
            yield (
                f"data.class_names has {class_names[same[0]]!r} for the classes "
                f"{', '.join(map(str, same[:-1]))} and {same[-1]}; where classes are found by name "
                f"(--region, --class, segmenters), it means class {same[0]} or is refused. Give "
                "each class a name of its own"
            )
