"""Trains a segmenter on a data set's real images, for classes that no public network knows."""

from oasis_tf.training.segmenter.training import SegmenterTraining

__all__ = ["SegmenterTraining"]
