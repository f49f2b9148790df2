"""The metrics of `evaluate` by name: what a config and a checkpoint need to know of them.

Each file in `oasis_tf/evaluation/metrics` registers one metric. That package is imported by its
name, because `evaluation` imports `config`; it does not import TensorFlow.
"""

import importlib
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator
from pydantic_core import PydanticKnownError

from oasis_tf.config.section import Form

PLUGINS = "oasis_tf.evaluation.metrics"
# Scores of held-out pairs by the run's own discriminator, see `HeldOutScores`.
HELD_OUT_SCORES = ("miou_fake", "accuracy_fake", "miou_real", "accuracy_real")

REGISTERED = {}  # name to metric, filled by `register`


class NamedMetric(Protocol):
    """The part of `oasis_tf.evaluation.metric.Metric` that a config uses.

    Attributes:
        name: str, in `evaluation.metrics`, in results and in tables.
        direction: "lower" or "higher", which values are better; None for a metric that cannot
            choose the best checkpoint.
        config_keys: tuple of str, prefixes of the dotted config keys that its value depends on,
            beside those that all metrics depend on.
    """

    name: str
    direction: Literal["lower", "higher"] | None
    config_keys: tuple[str, ...]


def register(metric_class: type) -> type:
    """Class decorator: adds an instance of a metric to `registered_metrics()`."""
    REGISTERED[metric_class.name] = metric_class()
    return metric_class


def registered_metrics() -> Mapping[str, NamedMetric]:
    """All metrics by name, in the order of their columns."""
    importlib.import_module(PLUGINS)
    return dict(REGISTERED)


def best_metrics() -> list[str]:
    """The metrics of `evaluate` that `training.best_metric` can name."""
    return [name for name, metric in registered_metrics().items() if metric.direction]


def lower_is_better(name: str) -> bool:
    """Whether lower values of a `training.best_metric` are better."""
    metric = registered_metrics().get(name)
    return metric is not None and metric.direction == "lower"


def _one_of(names):
    """A pydantic type: str, one of names()."""

    def check(name):
        known = names()
        if name not in known:
            expected = f"{', '.join(map(repr, known[:-1]))} or {known[-1]!r}"
            raise PydanticKnownError("literal_error", {"expected": expected})
        return name

    return Annotated[str, AfterValidator(check), Form(lambda: f"one of {', '.join(names())}")]


MetricName = _one_of(lambda: list(registered_metrics()))
BestMetric = _one_of(lambda: [*best_metrics(), *HELD_OUT_SCORES])
