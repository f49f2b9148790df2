"""Trains a segmenter on a data set's real images."""

from oasis_tf.training.segmenter.training import SegmenterTraining

__all__ = ["SegmenterTraining"]
