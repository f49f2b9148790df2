"""What a metric is: its name, direction, schema, table columns, curves, and how it is measured.

A new metric is one file in `oasis_tf/evaluation/metrics`:

    @register
    class Brightness(Metric):
        name = "brightness"
        title = "brightness"

        def open(self, context):
            return BrightnessMeasurement()

Nothing here imports TensorFlow; `open` imports what it needs.
"""

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from oasis_tf.io.number_types import Number

ARROWS = {"lower": " ↓", "higher": " ↑", None: ""}


class ResultSection(BaseModel):
    """A mapping in a result's JSON. Keys without a field are kept."""

    model_config = ConfigDict(extra="allow")


class ScalarResult(ResultSection):
    """The result of a metric that is one number."""

    value: Number


class MetricCurve(NamedTuple):
    """One curve of a chart in the report.

    number: str, a key of `Metric.numbers`. color: int, 1 to 6. faint: bool, thin and dashed.
    """

    label: str
    number: str
    color: int = 3
    faint: bool = False


class MetricChart(NamedTuple):
    """One chart in the report. lowest: where its axis begins, or None for below the values."""

    title: str
    curves: tuple[MetricCurve, ...]
    note: str | None = None
    lowest: float | None = None


class Metric:
    """One metric of `evaluate`. Subclasses are registered by `oasis_tf.config.metrics.register`.

    The defaults are those of a metric whose result is one number, `{"value": …}`.

    Attributes:
        name, direction, config_keys: see `NamedMetric`.
        title: str, the heading of its column, and of its chart in the report.
        schema: pydantic model of its result in JSON.
        fewest_pairs: int, held-out pairs that it needs.
        tile: str or None; the caption of its latest value on top of the report.
    """

    name: str
    title: str
    direction: Literal["lower", "higher"] | None = None
    config_keys: tuple[str, ...] = ()
    schema: type[BaseModel] = ScalarResult
    fewest_pairs: int = 0
    tile: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings of its columns in tables."""
        return (f"{self.title}{ARROWS[self.direction]}",)

    @property
    def charts(self) -> tuple[MetricChart, ...]:
        """Its charts over training in the report."""
        return (MetricChart(self.title, (MetricCurve(self.title, self.name),)),)

    def open(self, context):
        """Loads the networks that it needs, once for all generators.

        Args:
            context: `oasis_tf.evaluation.measurement.EvaluationContext`.
        Returns: `oasis_tf.evaluation.measurement.Measurement`.
        Raises: EvaluationError, or one of `unavailable`, or an error of bad input.
        """
        raise NotImplementedError

    def unavailable(self, config) -> tuple[type[Exception], ...]:
        """Errors of `open` which mean that the metric cannot be measured here, as without network.

        Other errors, such as of a file that is missing, are the user's, and end the evaluation.

        Args:
            config: `oasis_tf.config.evaluation_section.EvaluationConfig`.
        """
        return ()

    def row(self, result, *, brief=False) -> tuple[str, ...]:
        """Texts of its `columns`.

        Args:
            result: instance of `schema`. brief: bool, for a terminal: without names of networks.
        """
        return (f"{result.value:.4g}",)

    def numbers(self, result) -> dict[str, float]:
        """Numbers for CSV, TensorBoard and curves, by name."""
        return {self.name: result.value}

    def score(self, result) -> float | None:
        """The number that `training.best_metric` compares; None where it must not be compared."""
        return self.numbers(result).get(self.name)

    def protocol(self, result) -> dict | None:
        """Facts that two results must share to be comparable, beside the data; None for none."""
        return None

    def description(self, result, *, brief=False) -> tuple[str, str] | None:
        """How it was measured: a label and a sentence, listed below tables; or None."""
        return None
