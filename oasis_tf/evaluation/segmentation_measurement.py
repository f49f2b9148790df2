"""mIoU and accuracy over held-out pairs, of real photographs and of fakes."""

import numpy as np
import tensorflow as tf

from oasis_tf.evaluation.class_traits import ClassTraits
from oasis_tf.evaluation.confusion import ConfusionMatrix
from oasis_tf.evaluation.measurement import EvaluationError, Measurement
from oasis_tf.io import progress
from oasis_tf.segmenters import open_segmenter


def open_segmentation(context):
    """`SegmentationMeasurement` with the segmenter of `evaluation.segmenter`."""
    settings = context.config.segmenter.model_dump()

    def open_with(**own):
        return open_segmenter(
            **settings, class_names=context.class_names, size=context.pairs.image_size, **own
        )

    if settings["kind"] != "discriminator":
        segmenter = open_with(discriminator=None, step=None)
        return SegmentationMeasurement(context, lambda networks: segmenter, is_fixed=True)
    return SegmentationMeasurement(
        context,
        lambda networks: open_with(
            discriminator=networks.segmenting_discriminator("evaluation.segmenter.kind"),
            step=networks.step,
        ),
        is_fixed=False,
    )


class SegmentationMeasurement(Measurement):
    """mIoU and pixel accuracy by a segmenter.

    Args:
        context: `EvaluationContext`.
        segmenter_of: function(`RunNetworks`) -> `oasis_tf.segmenters.Segmenter`.
        is_fixed: bool, whether that is the same one at every step; then it is refused if it
            predicts one class for all real photographs.
    """

    def __init__(self, context, segmenter_of, *, is_fixed):
        self.context = context
        self.segmenter_of = segmenter_of
        self._is_to_be_checked = is_fixed
        self._real = {}  # `ConfusionMatrix` by the segmenter's protocol
        self._traits = None

    def accumulator(self, networks):
        segmenter = self.segmenter_of(networks)
        real = self._confusion_of_real(segmenter)
        if self._is_to_be_checked:
            self._is_to_be_checked = False
            self._check(segmenter, real)
        return SegmentationAccumulator(segmenter, num_classes=self._num_classes, real=real)

    def about_data(self):
        return {"classes": self._traits.describe(self.context.class_names)} if self._traits else {}

    @property
    def _num_classes(self):
        return len(self.context.class_names)

    def _confusion_of_real(self, segmenter):
        key = repr(segmenter.protocol)
        if key not in self._real:
            accumulator = SegmentationAccumulator(segmenter, num_classes=self._num_classes)
            traits = TraitsAccumulator(num_classes=self._num_classes)
            accumulators = [accumulator] if self._traits else [accumulator, traits]
            self.context.passes.over_real(accumulators, "Segmenting {} real photographs")
            self._traits = self._traits or traits.traits
            self._real[key] = accumulator.confusion
        return self._real[key]

    def _check(self, segmenter, real):
        """EvaluationError where all pixels have one class; in training only a warning."""
        if not len(real.predicted) == 1 < min(len(real.labelled), len(segmenter.predicted_ids)):
            return
        problem = (
            f"the segmenter {segmenter.name} reads class {real.predicted[0]} in every pixel of "
            f"{len(self.context.pairs):,} real photographs, whose label maps have "
            f"{len(real.labelled)} classes; its weights, evaluation.segmenter.classes or "
            "pixel_range are wrong"
        )
        if self.context.may_skip:
            raise EvaluationError(problem)
        progress.say(f"Warning: {problem}")


class SegmentationAccumulator:
    """Counts a segmenter's predictions in each label map's first photograph.

    Args:
        segmenter: `oasis_tf.segmenters.Segmenter`.
        num_classes: int, counts void.
        real: `ConfusionMatrix` of the real photographs, for the result.
    Attributes:
        confusion: `ConfusionMatrix`.
    """

    def __init__(self, segmenter, *, num_classes, real=None):
        self.segmenter = segmenter
        self.real = real
        self.confusion = ConfusionMatrix(num_classes)

    def compute(self, images):
        return self.segmenter(images[:, 0])

    def add(self, rows, batch):
        self.confusion.update(rows, batch.label_map)

    def result(self):
        return {
            "segmenter": self.segmenter.protocol,
            "real": _scores(self.real),
            "fake": _scores(self.confusion),
        }


class TraitsAccumulator:
    """Shares and textures of the classes in real photographs.

    Attributes:
        traits: `ClassTraits`.
    """

    def __init__(self, *, num_classes):
        self.traits = ClassTraits(num_classes)

    def compute(self, images):
        return tf.zeros(images.shape[0])  # no-op: computed on the host

    def add(self, rows, batch):
        self.traits.update(batch.real, batch.label_map)


def _scores(confusion):
    ious = confusion.per_class_iou()
    return {
        "miou": confusion.miou,
        "accuracy": confusion.accuracy,
        "per_class_iou": [None if np.isnan(iou) else float(iou) for iou in ious],
    }
