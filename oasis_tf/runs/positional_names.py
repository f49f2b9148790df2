"""Reads checkpoints written before 2026-11-27, which name variables by position.

Such a file holds `generator/0`, `generator/1`, ... in the order of `weights` at that time. This
order is frozen in `ORDER`: the names of today, sorted by the ranks of their parts, are in the
order of the file. So the order of lines in a constructor has no influence on how it is read.
"""

from collections.abc import Collection

from oasis_tf.models.oasis import OLD_LOSSES

ORDER = (
    # optimizers
    *("iteration", "learning_rate", "step_counter", "dynamic_scale", "inner"),
    # networks
    *("embedding", "fc", "blocks", "encoder", "decoder", "conv_image", "to_logits"),
    # residual blocks, SPADE
    *("norm_0", "conv_0", "norm_1", "conv_1", "norm_s", "conv_s"),
    *("normalize", "shared", "gamma", "beta"),
    # weights, and Adam's moments of them
    *("running_mean", "running_variance", "kernel", "bias", "u", "v", "momentum", "velocity"),
    # metrics
    *("g_adv", "d_real", "d_fake", "d_label_mix", "g_vgg", "g_gradient_norm", "d_gradient_norm"),
    *("d_segmentation_real", "d_segmentation_fake", "total", "count", "confusion"),
)
_RANKS = {part: rank for rank, part in enumerate(ORDER)}


def is_positional(files: Collection[str]) -> bool:
    """Whether the arrays of a file are named by position."""
    return "generator/0" in files


def keys_by_name(files: Collection[str], names: Collection[str]) -> dict[str, tuple]:
    """Where a positional file holds the variables of these names.

    Args:
        files: the keys of the file. names: those of `training_state`.
    Returns: dict of name to (key, index into its array), names without a place in the file left
        out.
    Raises: ValueError if a group, such as `generator`, has another number of variables.
    """
    groups = {}
    for name in names:
        group, _, path = name.partition("/")
        if all(part.isdigit() or part in _RANKS for part in path.split(".")):
            groups.setdefault(group, []).append(name)
    places = {}
    for group, known in groups.items():
        keys = [key for key in files if key.startswith(f"{group}/")]
        if keys and group != "metrics" and len(keys) != len(known):
            raise ValueError(f"it holds {len(keys)} arrays of {group}, expected {len(known)}")
        ordered = sorted(known, key=_ranks)
        places |= {name: (f"{group}/{i}", ...) for i, name in enumerate(ordered[: len(keys)])}
    places["progress/step"] = ("progress/0", ...)
    for column, loss in enumerate(OLD_LOSSES):
        places[f"recent_losses/{loss}"] = ("progress/1", (slice(None), column))
    return {name: place for name, place in places.items() if name in names}


def _ranks(name):
    path = name.partition("/")[2]
    return [int(part) if part.isdigit() else _RANKS[part] for part in path.split(".")]
