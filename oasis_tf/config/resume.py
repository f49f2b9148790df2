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
# Of these, what changes the images of a step.
CHANGE_IMAGES = frozenset({"generator.own_moments", "training.recalibration_batches"})
MAPPINGS = ("data.id_map", "losses.generator", "losses.discriminator")  # keys, not sections


def differing_keys(one, other, *, images=False):
    """Dotted keys in which two configs differ, without those that a resumed run may change.

    Args:
        images: bool, whether those of `CHANGE_IMAGES` count, too, and a length on which learning
            rates depend.
    """
    ignored = CHANGEABLE_ON_RESUME
    if images:
        ignored -= CHANGE_IMAGES
        if one.training.learning_rate_schedule != "constant":
            ignored -= {"training.epochs", "training.steps_per_epoch"}
    left, right = flatten(one), flatten(other)
    if left["model"] != right["model"]:
        return ["model"]
    return sorted(
        key
        for key in left
        if not (key in ignored or key.startswith("evaluation.")) and left[key] != right[key]
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
