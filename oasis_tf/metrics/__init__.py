"""Metrics of training, one file each."""

from oasis_tf.metrics.recent_losses import RecentLosses
from oasis_tf.metrics.replicated import ReplicatedMean
from oasis_tf.metrics.segmentation import SegmentationScore

__all__ = ["RecentLosses", "ReplicatedMean", "SegmentationScore"]
