"""The result of evaluating one checkpoint, as it stands in JSON."""

import re
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from oasis_tf.data.dataset_info import dataset_title
from oasis_tf.io.json_file import JSONFileError, read_json
from oasis_tf.io.number_types import NO_BOOL, Count, Number, Part, PositiveInt

FORMAT = 1
OF_A_STEP = re.compile(r", step [0-9,]+$")


class ResultsError(ValueError):
    """Results or references that cannot be read, in a sentence."""


class Section(BaseModel):
    """A mapping with the keys below, and others that whoever measured wanted to add."""

    model_config = ConfigDict(extra="allow")


class Data(Section):
    """The label maps that were painted on; `source` as in a config."""

    source: str
    split: str
    num_images: PositiveInt
    image_size: tuple[PositiveInt, PositiveInt]


class FeatureMetric(Section):
    """FID or KID, or their kin in another network: `name` says which."""

    name: str
    value: Number
    standard_deviation: Number | None = None
    num_real: PositiveInt
    num_fake: PositiveInt


class Segmenter(Section):
    """What read the images; every other key is part of its protocol."""

    name: str

    @property
    def kind(self):
        """The name without a step: of the run's own discriminator, which learns as well."""
        return OF_A_STEP.sub("", self.name)


class Scores(Section):
    """How well the segmenter finds the label maps in images; None for classes without an IoU."""

    miou: Part
    accuracy: Part
    per_class_iou: list[Part | None]


class Segmentation(Section):
    segmenter: Segmenter
    real: Scores | None = None
    fake: Scores


class Similarity(Section):
    value: Number
    filter_size: PositiveInt
    scales: PositiveInt


class FeatureDistance(Section):
    name: str
    value: Number


class Diversity(Section):
    samples: PositiveInt
    num_label_maps: PositiveInt
    ms_ssim: Similarity
    feature_distance: FeatureDistance


class Metrics(BaseModel):
    """What was asked for; a metric that was not is absent."""

    model_config = ConfigDict(extra="forbid")

    fid: FeatureMetric | None = None
    kid: FeatureMetric | None = None
    miou: Segmentation | None = None
    diversity: Diversity | None = None


class ClassTrait(Section):
    """See `oasis_tf.evaluation.class_traits`."""

    id: PositiveInt
    name: str
    share: Part
    texture: Annotated[float, NO_BOOL, Field(ge=0, allow_inf_nan=False)] | None = None


class Evaluation(Section):
    """One checkpoint, evaluated."""

    format: Literal[FORMAT]
    run: Annotated[str, Field(min_length=1)]
    step: Count
    data: Data
    metrics: Metrics
    skipped: dict[str, str] = {}  # metrics that could not be had, and why
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

    def is_comparable_with(self, other):
        """Whether both are about the same images, read in the same way if they were read."""
        return self._protocol == other._protocol

    @property
    def reading(self):
        """dict, what read the images and how, or None; the same at all steps of one that learns."""
        miou = self.metrics.miou
        return miou and miou.segmenter.model_dump() | {"name": miou.segmenter.kind, "step": None}

    @property
    def _protocol(self):
        return self.data.model_dump(), self.reading

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
        return pydantic.TypeAdapter(list[Evaluation]).validate_python(documents)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ResultsError(f"{origin}: {place}: {first['msg']}") from error
