"""Trains a segmenter on a data set's real images, for classes that no public network knows."""

from oasis_tf.segmenter_training.training import SegmenterTraining

__all__ = ["SegmenterTraining"]
