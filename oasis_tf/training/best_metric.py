"""Config keys that a score of `training.best_metric` depends on: scores with equal ones compare."""

import json
from dataclasses import replace
from pathlib import Path

from oasis_tf.config import flatten, load_config
from oasis_tf.config.metrics import registered_metrics
from oasis_tf.config.resume import CHANGE_IMAGES
from oasis_tf.io import progress
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CHECKPOINT_FILES, CONFIG

# FID and KID do not depend on a path of weights: `TrainingRun` accepts those of FID only.
_GENERATOR = tuple(sorted(CHANGE_IMAGES))  # of the scored generator
_EVALUATED = ("evaluation.num_images", *_GENERATOR)
_HELD_OUT = ("training.score_images",)
_HELD_OUT_KEYS = {
    "miou_fake": (*_HELD_OUT, *_GENERATOR),
    "accuracy_fake": (*_HELD_OUT, *_GENERATOR),
    "miou_real": _HELD_OUT,
    "accuracy_real": _HELD_OUT,
}


def measured_with(config, metric: str) -> dict:
    """The config keys that a metric depends on.

    Args:
        config: `Config`.
        metric: a value of `training.best_metric`.
    Returns: dict of dotted key to value, in JSON's types.
    """
    prefixes = _HELD_OUT_KEYS.get(metric, ())
    if metric in registered_metrics():
        prefixes = (*_EVALUATED, *registered_metrics()[metric].config_keys)
    found = {key: value for key, value in flatten(config).items() if key.startswith(prefixes)}
    return json.loads(json.dumps(found))  # tuples become lists


def best_so_far(resumed_from: Path, config) -> checkpoint_files.Best | None:
    """The best checkpoint of a resumed run, or None.

    Sets a damaged one aside. Reports changes on stderr.

    Args:
        resumed_from: path of the checkpoint from which training resumes.
        config: `Config` of the resumed training.
    """
    best = checkpoint_files.best_of(resumed_from)
    if best is None:
        return None
    path = checkpoint_files.path_of(resumed_from.parent, best.step)
    if damage := checkpoint_files.damage_of(path, names=CHECKPOINT_FILES):
        if path.exists():
            checkpoint_files.set_aside(path)
        progress.say(
            f"The best checkpoint, {path}, is damaged ({', '.join(damage)}); the next score of "
            "training.best_metric is the best again, whatever it is."
        )
        return None
    if best.measured_with != {}:  # an older version recorded none, or not all of today's keys
        scored = measured_with(load_config(resumed_from / CONFIG), best.metric)
        best = replace(best, measured_with=scored | dict(best.measured_with or {}))
    now = config.training.best_metric
    keys = best.differing_keys(now, measured_with(config, now)) if now else []
    if keys:
        progress.say(
            f"The best checkpoint, {path}, was scored with other values of {', '.join(keys)}; it "
            "stays the best until the next score, which cannot be compared with it."
        )
    return best
