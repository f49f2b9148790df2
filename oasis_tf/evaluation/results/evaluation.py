"""The schema of evaluations in JSON."""

import functools
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

import pydantic
from pydantic import BaseModel, Field

from oasis_tf.config.metrics import registered_metrics
from oasis_tf.data.dataset_info import dataset_title
from oasis_tf.evaluation.metric import ResultSection
from oasis_tf.io.json_file import JSONFileError, read_json
from oasis_tf.io.number_types import NO_BOOL, Count, Part, PositiveInt

FORMAT = 1


class ResultsError(ValueError):
    """Error for results or references that cannot be read."""


class Data(ResultSection):
    """The label maps that were painted on; `source` as in a config."""

    source: str
    split: str
    num_images: PositiveInt
    image_size: tuple[PositiveInt, PositiveInt]


class ClassTrait(ResultSection):
    """See `oasis_tf.evaluation.class_traits`."""

    id: PositiveInt
    name: str
    share: Part
    texture: Annotated[float, NO_BOOL, Field(ge=0, allow_inf_nan=False)] | None = None


MetricsT = TypeVar("MetricsT", bound=BaseModel)


class Evaluation(ResultSection, Generic[MetricsT]):
    """One checkpoint, evaluated.

    metrics: an attribute a registered metric, an instance of its `schema`; None if not measured.
    skipped: dict of the metrics that could not be measured to the reason.
    """

    format: Literal[FORMAT]
    run: Annotated[str, Field(min_length=1)]
    step: Count
    data: Data
    metrics: MetricsT
    skipped: dict[str, str] = {}
    classes: list[ClassTrait] = []

    def as_json(self):
        """dict of JSON's types, with the keys that were given."""
        return self.model_dump(mode="json", exclude_unset=True)

    @property
    def run_name(self):
        return Path(self.run).name or self.run

    @property
    def data_name(self):
        """The data set's name; a folder has none, and is named after the run."""
        return dataset_title(self.data.source, run_name=f"folder of {self.run_name}")

    @property
    def title(self):
        return f"{self.run_name}, step {self.step:,}"

    @property
    def measured(self):
        """dict of name to (`Metric`, its result), in the order of the columns in tables."""
        results = {name: getattr(self.metrics, name) for name in type(self.metrics).model_fields}
        return {
            name: (registered_metrics()[name], result)
            for name, result in results.items()
            if result is not None
        }

    def numbers(self):
        """dict of name to float: the numbers of all metrics for CSV and TensorBoard."""
        return {
            name: value
            for metric, result in self.measured.values()
            for name, value in metric.numbers(result).items()
        }

    def best_scores(self):
        """dict of metric's name to float, of those that can choose the best checkpoint."""
        scores = {
            name: metric.score(result)
            for name, (metric, result) in self.measured.items()
            if metric.direction
        }
        return {name: score for name, score in scores.items() if score is not None}

    def protocol_of(self, name):
        """See `Metric.protocol`; None if the metric was not measured."""
        metric, result = self.measured.get(name, (None, None))
        return metric and metric.protocol(result)

    def is_comparable_with(self, other):
        """Whether both are about the same images, measured under the same protocols."""
        return self._protocol == other._protocol

    @property
    def _protocol(self):
        protocols = {name: self.protocol_of(name) for name in self.measured}
        return self.data.model_dump(), {n: p for n, p in protocols.items() if p is not None}

    def merged_with(self, earlier):
        """This evaluation, with the metrics that only an earlier one of the same generator has."""
        alike = ("run", "step", "generator", "data", "seed")
        mine, theirs = self.as_json(), earlier.as_json()
        if any(mine.get(key) != theirs.get(key) for key in alike):
            return self
        parts = {"classes": theirs.get("classes", [])} | mine
        parts["metrics"] = theirs["metrics"] | mine["metrics"]
        skipped = theirs.get("skipped", {}) | mine.get("skipped", {})
        left = {name: why for name, why in skipped.items() if name not in parts["metrics"]}
        parts.pop("skipped", None)
        return type(self).model_validate(parts | ({"skipped": left} if left else {}))

    @pydantic.model_validator(mode="after")
    def _check_classes(self):
        ids = [trait.id for trait in self.classes]
        if len(set(ids)) < len(ids):
            raise ValueError("classes: an id stands there twice")
        for name, scores in self.scores().items():
            if ids and len(scores.per_class_iou) <= max(ids):
                raise ValueError(
                    f"metrics.miou.{name}.per_class_iou has {len(scores.per_class_iou)} entries, "
                    f"which class {max(ids)} is not among"
                )
        return self

    def scores(self):
        """dict of "real" and "fake" to `Scores`, as far as they were computed."""
        miou = self.metrics.miou
        both = {"real": miou.real, "fake": miou.fake} if miou else {}
        return {name: scores for name, scores in both.items() if scores}


def read(path):
    """The evaluations in a JSON file: a single one, or those of a file that `write` wrote.

    Returns: list of `Evaluation`. Raises: ResultsError, naming file and key; OSError.
    """
    try:
        document = read_json(path)
    except JSONFileError as error:
        raise ResultsError(str(error)) from error
    several = document.get("evaluations") if isinstance(document, dict) else None
    return validated([document] if several is None else several, origin=path)


def validated(documents, *, origin="results"):
    """A list of dicts as `Evaluation`s. Raises: ResultsError, naming `origin` and the key."""
    if not documents:
        raise ResultsError(f"{origin}: there is no evaluation")
    if any(isinstance(document, dict) and "format" not in document for document in documents):
        raise ResultsError(f"{origin} holds no results of `evaluate`: they say their `format`")
    try:
        return _adapter(tuple(registered_metrics().values())).validate_python(documents)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ResultsError(f"{origin}: {place}: {first['msg']}") from error


@functools.cache
def _adapter(known):
    """Validates a list of evaluations with these metrics, and no others."""
    fields = {metric.name: (metric.schema | None, None) for metric in known}
    config = pydantic.ConfigDict(extra="forbid")
    model = pydantic.create_model("Metrics", __config__=config, **fields)
    return pydantic.TypeAdapter(list[Evaluation[model]])
