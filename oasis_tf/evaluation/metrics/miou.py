"""Mean IoU and pixel accuracy of a segmenter on real photographs and on fakes."""

import json
import math
import re

from oasis_tf.config.metrics import register
from oasis_tf.evaluation.metric import Metric, MetricChart, MetricCurve, ResultSection
from oasis_tf.io.number_types import Part

OF_A_STEP = re.compile(r", step [0-9,]+$")
LONGEST_BRIEF_VALUE = 40  # characters of a value in a terminal
HEADINGS = {  # of a segmenter's facts, where the key alone is unclear
    "held_out_miou": "held-out mIoU",
    "label_mapping": "classes of its logits",
    "num_held_out": "held-out pairs",
    "num_train": "training pairs",
    "sha256": "SHA-256",
}
KINDS = {"real": 1, "fake": 2}  # and their colours in the report


class Segmenter(ResultSection):
    """The network that segmented the images; every other key is part of its protocol."""

    name: str

    @property
    def kind(self):
        """The name without a step: the run's own discriminator changes as it trains."""
        return OF_A_STEP.sub("", self.name)


class Scores(ResultSection):
    """Scores of the segmenter's prediction against the label maps; None for a class without IoU."""

    miou: Part
    accuracy: Part
    per_class_iou: list[Part | None]


class Segmentation(ResultSection):
    segmenter: Segmenter
    real: Scores | None = None
    fake: Scores


@register
class MIoU(Metric):
    name = "miou"
    title = "mIoU"
    direction = "higher"
    config_keys = ("evaluation.segmenter.",)
    schema = Segmentation
    columns = ("mIoU, % ↑", "accuracy, % ↑")

    @property
    def charts(self):
        curves = [MetricCurve(f"mIoU {kind}", f"miou_{kind}", c) for kind, c in KINDS.items()]
        curves += [
            MetricCurve(f"accuracy {kind}", f"accuracy_{kind}", color, faint=True)
            for kind, color in KINDS.items()
        ]
        return (MetricChart("How well a segmenter reads the layout", tuple(curves), lowest=0.0),)

    def open(self, context):
        from oasis_tf.evaluation.segmentation_measurement import open_segmentation

        return open_segmentation(context)

    def unavailable(self, config):
        from oasis_tf.segmenters import SegmenterUnavailableError

        return (SegmenterUnavailableError,)

    def row(self, result, *, brief=False):
        miou, accuracy = (_with_real(result, key) for key in ("miou", "accuracy"))
        return (miou if brief else f"{miou} by {result.segmenter.name}", accuracy)

    def numbers(self, result):
        scores = {"real": result.real, "fake": result.fake}
        return {
            f"{key}_{kind}": getattr(of_kind, key)
            for kind, of_kind in scores.items()
            if of_kind is not None
            for key in ("miou", "accuracy")
        }

    def score(self, result):
        return result.fake.miou

    def protocol(self, result):
        """The segmenter's facts; those of the run's own discriminator are the same at each step."""
        return result.segmenter.model_dump() | {"name": result.segmenter.kind, "step": None}

    def description(self, result, *, brief=False):
        facts = result.segmenter.model_dump(mode="json")
        texts = {
            key: _as_text(value) for key, value in facts.items() if value not in (None, [], "")
        }
        name = texts.pop("name", "")
        if brief:
            texts = {k: text for k, text in texts.items() if len(text) <= LONGEST_BRIEF_VALUE}
        others = [f"{HEADINGS.get(key) or key.replace('_', ' ')}: {t}" for key, t in texts.items()]
        return "mIoU", "; ".join([f"segmenter {name}", *others])


def percentage(part):
    """0.549 -> "54.9"; "–" for NaN."""
    return "–" if math.isnan(part) else f"{100 * part:.1f}"


def _with_real(result, key):
    """A score of fakes, and that of real images to compare it with."""
    text = percentage(getattr(result.fake, key))
    return f"{text} (real {percentage(getattr(result.real, key))})" if result.real else text


def _as_text(value):
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list) and any(isinstance(entry, str) for entry in value):
        return ", ".join("none" if entry is None else _as_text(entry) for entry in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
