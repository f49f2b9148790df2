"""Segmentation networks, to measure mIoU with."""

from oasis_tf.segmenters.errors import SegmenterError, SegmenterUnavailableError
from oasis_tf.segmenters.open_segmenter import open_segmenter
from oasis_tf.segmenters.segmenter import Segmenter

__all__ = ["Segmenter", "SegmenterError", "SegmenterUnavailableError", "open_segmenter"]
