"""The discriminator's segmentation scores on held-out pairs and on fakes of their label maps."""

import numpy as np
import tensorflow as tf

from oasis_tf.metrics import SegmentationScore
from oasis_tf.runtime import noise
from oasis_tf.training.callbacks.scores import Scores
from oasis_tf.training.callbacks.tags import class_tag, held_out_tag


class HeldOutScores(Scores):
    """Writes pixel accuracy, mIoU and every class's IoU on held-out pairs to a CSV file.

    One row for the real images and one for fakes of the recalibrated EMA generator; image i has
    the noise of seed i. See `SegmentationScore`. The first rows are of step 0.

    Args:
        path: the CSV file: step, images ("real" or "fake"), accuracy, miou, and one column per
            class with id and name as heading (ADE20K has a class "step").
        batches: function() -> iterable of (image (b, h, w, 3) in [-1, 1], label_map (b, h, w)).
        class_names: the data set's class names, void first.
        every, last_step, summary_writer, recalibrated_ema: see `Scores`; TensorBoard gets the same
            numbers, without NaN.
    Attributes:
        latest: dict of `accuracy_real`, `accuracy_fake`, `miou_real`, `miou_fake` to float.
    """

    def __init__(
        self, path, *, batches, class_names, every, summary_writer, recalibrated_ema, last_step=None
    ):
        super().__init__(
            path,
            every=every,
            summary_writer=summary_writer,
            recalibrated_ema=recalibrated_ema,
            last_step=last_step,
        )
        self.batches = batches
        self.class_names = class_names
        self._generator = self._segment = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if self.step == 0:
            self.act()

    def score(self):
        scores = self._score()
        latest = {
            name.removeprefix("d_"): float(value)
            for score in scores.values()
            for name, value in score.result().items()
        }
        scalars = {held_out_tag(name): value for name, value in latest.items()}
        for kind, score in scores.items():
            for heading, iou in self._per_class_iou(score):
                if not np.isnan(iou):
                    scalars[class_tag(f"iou_{kind}", heading)] = iou
        return [self._row(kind, score, latest) for kind, score in scores.items()], latest, scalars

    def _score(self):
        generator = self.recalibrated_ema()
        scores = {kind: SegmentationScore(generator.num_classes, kind) for kind in ("real", "fake")}
        first = 0
        for image, label_map in self.batches():
            seeds = np.arange(first, first + len(label_map))
            first += len(label_map)
            z = [noise.seeded_noise(seeds, generator.z_dim)] if generator.z_dim else []
            real, fake = self._segmented(generator, image, label_map, *z)
            scores["real"].update_state(real, label_map)
            scores["fake"].update_state(fake, label_map)
        return scores

    def _segmented(self, generator, *batch):
        """Logits of real images and of fakes: image, label_map, z -> 2 x (b, h, w, n + 1).

        Traced once for all batch sizes; op by op it is slower.
        """
        if generator is not self._generator:
            self._generator, discriminator = generator, self.model.discriminator
            self._segment = tf.function(
                lambda image, label_map, z=None: (
                    discriminator(image),
                    discriminator(generator(label_map, z)),
                ),
                input_signature=tf.nest.map_structure(_of_any_batch_size, batch),
                autograph=False,
            )
        return self._segment(*batch)

    def _row(self, kind, score, latest):
        row = {
            "step": self.step,
            "images": kind,
            "accuracy": f"{latest[f'accuracy_{kind}']:.4f}",
            "miou": f"{latest[f'miou_{kind}']:.4f}",
        }
        ious = self._per_class_iou(score)
        return row | {heading: "" if np.isnan(iou) else f"{iou:.4f}" for heading, iou in ious}

    def _per_class_iou(self, score):
        """(heading, IoU) of every class but void."""
        per_class = enumerate(zip(self.class_names, score.per_class_iou(), strict=True))
        return [(f"{index} {name}", iou) for index, (name, iou) in per_class if index > 0]


def _of_any_batch_size(array):
    return tf.TensorSpec((None, *array.shape[1:]), array.dtype)
