"""The keys that a resumed run may change.

They are length, reports, evaluation, location of the data, implementations with equal results, and
how trained networks make images.
"""

CHANGEABLE_ON_RESUME = frozenset(
    {"data.root", "data.manual_dir", "data.cache", "data.cache_dir"}
    | {"generator.modulation", "generator.own_moments"}
    | {
        f"training.{key}"
        for key in (
            "epochs",
            "steps_per_epoch",
            "steps_per_execution",
            "rematerialize",
            "checkpoint_every",
            "keep_last",
            "best_metric",
            "explosion_limit",
            "sample_every",
            "score_every",
            "score_images",
            "evaluate_every",
            "num_samples",
            "recalibration_batches",
            "vgg_weights",
        )
    }
)
MAPPINGS = ("data.id_map", "losses.generator", "losses.discriminator")  # keys, not sections


def differing_keys(one, other):
    """Dotted keys in which two configs differ, without those that a resumed run may change."""
    left, right = flatten(one), flatten(other)
    if left["model"] != right["model"]:
        return ["model"]
    return sorted(
        key
        for key in left
        if not (key in CHANGEABLE_ON_RESUME or key.startswith("evaluation."))
        and left[key] != right[key]
    )


def flatten(config):
    """The keys of a `Config`: dict of dotted key to value."""
    return _flatten(config.model_dump(), prefix="")


def _flatten(tree, *, prefix):
    leaves = {}
    for key, value in tree.items():
        if isinstance(value, dict) and prefix + key not in MAPPINGS:
            leaves |= _flatten(value, prefix=f"{prefix}{key}.")
        else:
            leaves[prefix + key] = value
    return leaves
