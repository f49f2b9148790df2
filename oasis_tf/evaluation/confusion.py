"""Confusion matrix: pixel accuracy, per-class IoU and mean IoU."""

import numpy as np

from oasis_tf.metrics.iou import per_class_iou


class ConfusionMatrix:
    """Counts pixels by label and prediction, exactly, on the host.

    Pixels labelled void do not count. Classes that are neither labelled nor predicted have no
    IoU and do not enter the mean.

    Args:
        num_classes: int, void included.
    Attributes:
        counts: int64 (num_classes, num_classes), [label, predicted].
    """

    def __init__(self, num_classes):
        self.counts = np.zeros((num_classes, num_classes), np.int64)

    def update(self, predicted, label_map):
        """Adds predictions int (b, h, w), of any class or void, for label maps int (b, h, w)."""
        num_classes = len(self.counts)
        predicted, label_map = (np.asarray(ids, np.int64) for ids in (predicted, label_map))
        pairs = label_map * num_classes + predicted
        counts = np.bincount(pairs.ravel(), minlength=num_classes**2)
        self.counts += counts.reshape(self.counts.shape)

    @property
    def labelled(self):
        """Ids of the labelled classes, without void, in increasing order."""
        return np.flatnonzero(self.counts[1:].sum(axis=1)) + 1

    @property
    def predicted(self):
        """Ids that were predicted for any pixel, in increasing order."""
        return np.flatnonzero(self.counts.sum(axis=0))

    @property
    def accuracy(self):
        """Share of the labelled pixels with a right prediction; 0 without such pixels."""
        labelled = self.counts[1:]
        return float(np.trace(self.counts[1:, 1:]) / max(1, labelled.sum()))

    @property
    def miou(self):
        """Mean over the classes that have an IoU; 0 if none has."""
        ious = self.per_class_iou()[1:]
        ious = ious[~np.isnan(ious)]
        return float(ious.mean()) if len(ious) else 0.0

    def per_class_iou(self):
        """Returns float64 (num_classes,), NaN for void and for classes never seen."""
        return per_class_iou(self.counts)
