"""The discriminator's segmentation scores on held-out pairs and on fakes of their label maps."""

import numpy as np
import tensorflow as tf

from oasis_tf.io.step_table import StepTable
from oasis_tf.metrics import SegmentationScore
from oasis_tf.runtime import noise
from oasis_tf.training.callbacks.steps import EveryNSteps
from oasis_tf.training.callbacks.tags import class_tag, held_out_tag


class HeldOutScores(EveryNSteps):
    """Writes pixel accuracy, mIoU and every class's IoU on held-out pairs to a CSV file.

    One row for the real images and one for fakes of the recalibrated EMA generator; image i has
    the noise of seed i. See `SegmentationScore`. The first rows are of step 0.

    Args:
        path: the CSV file: step, images ("real" or "fake"), accuracy, miou, and one column per
            class with id and name as heading (ADE20K has a class "step").
        every, last_step: see `EveryNSteps`.
        batches: function() -> iterable of (image (b, h, w, 3) in [-1, 1], label_map (b, h, w)).
        class_names: the data set's class names, void first.
        summary_writer: TensorBoard's; gets the same numbers, without NaN.
        recalibrated_ema: function() -> the recalibrated EMA generator.
    Attributes:
        latest_step: int or None, the last scored step.
        latest: dict of `accuracy_real`, `accuracy_fake`, `miou_real`, `miou_fake` to float.
    """

    def __init__(
        self, path, *, every, batches, class_names, summary_writer, recalibrated_ema, last_step=None
    ):
        super().__init__(every, last_step=last_step)
        self.path = path
        self.batches = batches
        self.class_names = class_names
        self.summary_writer = summary_writer
        self.recalibrated_ema = recalibrated_ema
        self.latest_step = None
        self.latest = {}

    def set_model(self, model):
        super().set_model(model)
        self.table = StepTable(self.path, last_step=self.step)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if self.step == 0:
            self.act()

    def act(self):
        if any(int(row["step"]) == self.step for row in self.table.rows):
            return
        scores = self._score()
        self.latest = {
            name.removeprefix("d_"): float(value)
            for score in scores.values()
            for name, value in score.result().items()
        }
        self.latest_step = self.step
        self.table.append(*(self._row(kind, score) for kind, score in scores.items()))
        with self.summary_writer.as_default():
            for name, value in self.latest.items():
                tf.summary.scalar(held_out_tag(name), value, step=self.step)
            for kind, score in scores.items():
                for heading, iou in self._per_class_iou(score):
                    if not np.isnan(iou):
                        tf.summary.scalar(class_tag(f"iou_{kind}", heading), iou, step=self.step)
        self.summary_writer.flush()

    def _score(self):
        generator, discriminator = self.recalibrated_ema(), self.model.discriminator
        scores = {kind: SegmentationScore(generator.num_classes, kind) for kind in ("real", "fake")}
        first = 0
        for image, label_map in self.batches():
            seeds = np.arange(first, first + len(label_map))
            first += len(label_map)
            z = noise.seeded_noise(seeds, generator.z_dim) if generator.z_dim else None
            scores["real"].update_state(discriminator(image), label_map)
            scores["fake"].update_state(discriminator(generator(label_map, z)), label_map)
        return scores

    def _row(self, kind, score):
        row = {
            "step": self.step,
            "images": kind,
            "accuracy": f"{self.latest[f'accuracy_{kind}']:.4f}",
            "miou": f"{self.latest[f'miou_{kind}']:.4f}",
        }
        ious = self._per_class_iou(score)
        return row | {heading: "" if np.isnan(iou) else f"{iou:.4f}" for heading, iou in ious}

    def _per_class_iou(self, score):
        """(heading, IoU) of every class but void."""
        per_class = enumerate(zip(self.class_names, score.per_class_iou(), strict=True))
        return [(f"{index} {name}", iou) for index, (name, iou) in per_class if index > 0]
