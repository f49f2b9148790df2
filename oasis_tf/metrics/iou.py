"""Intersection over union, of counted pixels."""

import numpy as np


def per_class_iou(counts):
    """IoU of every class, of counts (num_classes, num_classes) of [label, predicted].

    Returns: float64 (num_classes,), NaN for void and for classes never seen.
    """
    counts = np.array(counts, np.float64)
    counts[0] = 0  # what void pixels were predicted as does not count
    hits = np.diag(counts)
    union = counts.sum(axis=0) + counts.sum(axis=1) - hits
    with np.errstate(invalid="ignore"):
        iou = hits / union
    iou[0] = np.nan
    return iou
