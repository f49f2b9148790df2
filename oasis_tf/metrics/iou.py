"""Intersection over union of a confusion matrix."""

import numpy as np


def per_class_iou(counts):
    """IoU of every class.

    Args:
        counts: (num_classes, num_classes), pixels by [label, prediction].
    Returns: float64 (num_classes,), NaN for void and for classes neither labelled nor predicted.
    """
    counts = np.array(counts, np.float64)
    counts[0] = 0  # predictions at void pixels do not count
    hits = np.diag(counts)
    union = counts.sum(axis=0) + counts.sum(axis=1) - hits
    with np.errstate(invalid="ignore"):
        iou = hits / union
    iou[0] = np.nan
    return iou
