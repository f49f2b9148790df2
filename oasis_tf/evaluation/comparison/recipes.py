"""Runs of one recipe that differ in their seed, summed up step by step."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from oasis_tf.config import differing_keys
from oasis_tf.evaluation.kid import CONFIDENCE_95
from oasis_tf.evaluation.measurement import EvaluationError

SEED = re.compile(r"-seed\d+$")
SAME = "training.seed"


class Spread(NamedTuple):
    """A mean and its standard error.

    standard_error: over the runs; of a single run that of the metric itself, where it has one;
        else None.
    """

    mean: float
    standard_error: float | None


class Point(NamedTuple):
    """A recipe at one step.

    images: int, training images so far. seconds: float of training, or None if unknown.
    runs: int, how many were measured. spreads: dict of number to `Spread`, see `numbers_of`.
    """

    step: int
    images: int
    seconds: float | None
    runs: int
    spreads: Mapping[str, Spread]


class Recipe(NamedTuple):
    """Runs of one recipe.

    points: list of `Point`, by step. runs: names of the run folders. network: see `network_facts`.
    """

    name: str
    runs: Sequence[str]
    points: Sequence[Point]
    network: Mapping

    def within(self, *, images: float = np.inf, seconds: float = np.inf) -> Point | None:
        """Its last point within so many training images and seconds, or None."""
        points = [
            point
            for point in self.points
            if point.images <= images
            and (seconds == np.inf or (point.seconds or np.inf) <= seconds)
        ]
        return points[-1] if points else None


def recipe_name(run: str | Path) -> str:
    """The name of a run folder without "-seed1" at its end."""
    return SEED.sub("", Path(run).resolve().name)


def require_same_recipe(configs: Mapping[str, object]):
    """EvaluationError unless runs that are called seeds of one recipe differ in the seed alone.

    Args:
        configs: dict of run to its `Config`.
    """
    by_name = {}
    for run, config in configs.items():
        name = recipe_name(run)
        others = by_name.setdefault(name, [])
        for other in others:
            keys = differing_keys(configs[other], config, images=True)
            if SAME not in keys:
                raise _no_seeds(run, other, name, f"have the same {SAME}")
            if keys != [SAME]:
                different = ", ".join(key for key in keys if key != SAME)
                raise _no_seeds(run, other, name, f"differ in {different}")
        others.append(run)


def _no_seeds(run, other, name, reason):
    return EvaluationError(
        f"{run} and {other} are called seeds of one recipe, {name}, but {reason}; rename one of "
        "the folders"
    )


def recipes_of(
    evaluations: Iterable[dict],
    *,
    networks: Mapping[str, Mapping],
    seconds_per_step: Mapping[str, float | None],
) -> list[Recipe]:
    """Recipes in the order of their first runs.

    Args:
        evaluations: see `measured_snapshots`.
        networks: dict of run to `network_facts`; those of a recipe's first run are shown.
        seconds_per_step: dict of run to seconds of a training step, None where unknown.
    """
    by_recipe = {}
    for evaluation in evaluations:
        steps = by_recipe.setdefault(recipe_name(evaluation["run"]), {})
        steps.setdefault(evaluation["step"], []).append(evaluation)
    recipes = []
    for name, steps in by_recipe.items():
        points = [
            Point(
                step=step,
                images=of_step[0]["images"],
                seconds=_seconds(of_step, step, seconds_per_step),
                runs=len(of_step),
                spreads=_spreads(of_step),
            )
            for step, of_step in sorted(steps.items())
        ]
        of_recipe = [evaluation for of_step in steps.values() for evaluation in of_step]
        runs = sorted({Path(each["run"]).name for each in of_recipe})
        recipes.append(Recipe(name, runs, points, networks[of_recipe[0]["run"]]))
    return recipes


def _seconds(evaluations, step, seconds_per_step):
    """Mean seconds of training up to a step; None if that of one run is unknown."""
    known = [seconds_per_step.get(evaluation["run"]) for evaluation in evaluations]
    return None if None in known else step * float(np.mean(known))


def _spreads(evaluations):
    numbers = [numbers_of(evaluation["metrics"]) for evaluation in evaluations]
    if len(numbers) == 1:
        return numbers[0]
    means = {name: [each[name].mean for each in numbers] for name in numbers[0]}
    return {
        name: Spread(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))))
        for name, values in means.items()
    }


def numbers_of(metrics: Mapping) -> dict[str, Spread]:
    """`Spread` of each number of one evaluation: miou, accuracy, kid, fid, ms_ssim,
    feature_distance.

    KID's standard error is that of its subsets of images, see `kernel_distance`.
    """
    found = {}
    if miou := metrics.get("miou"):
        found["miou"] = Spread(miou["fake"]["miou"], None)
        found["accuracy"] = Spread(miou["fake"]["accuracy"], None)
    if kid := metrics.get("kid"):
        found["kid"] = Spread(kid["value"], (kid["high"] - kid["low"]) / (2 * CONFIDENCE_95))
    if fid := metrics.get("fid"):
        found["fid"] = Spread(fid["value"], None)
    if diversity := metrics.get("diversity"):
        for name in ("ms_ssim", "feature_distance"):
            found[name] = Spread(diversity[name]["value"], None)
    return found
