"""What is kept of a set of photographs as it passes by: one accumulator a metric.

An accumulator has two methods. `compute(images)` runs on the devices, in a graph: K images of each
label map, uint8 (b, K, h, w, 3) -> tensor with b rows. `add(rows, batch)` runs on the host, with
what was computed of a `Batch`, as an array.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from oasis_tf.evaluation.class_traits import ClassTraits
from oasis_tf.evaluation.confusion import ConfusionMatrix
from oasis_tf.evaluation.statistics import FeatureStatistics


class Batch(NamedTuple):
    """Held-out pairs: real uint8 (b, h, w, 3), label_map int32 (b, h, w), places int64 (b,)."""

    real: np.ndarray
    label_map: np.ndarray
    places: np.ndarray


class FeatureAccumulator:
    """Statistics of the features of each label map's first photograph.

    Args:
        distance: `FeatureDistance`.
    Attributes:
        statistics: `FeatureStatistics`, or None before the first batch.
    """

    def __init__(self, distance):
        self.distance = distance
        self.statistics = None

    def compute(self, images):
        return self.distance.features(images[:, 0])

    def add(self, rows, batch):
        self.statistics = self.statistics or FeatureStatistics(rows.shape[1])
        self.statistics.update(rows, batch.places)


class SegmentationAccumulator:
    """How well a segmenter reads each label map in its first photograph.

    Args:
        segmenter: `oasis_tf.segmenters.Segmenter`.
        num_classes: int, counts void.
    Attributes:
        confusion: `ConfusionMatrix`.
    """

    def __init__(self, segmenter, *, num_classes):
        self.segmenter = segmenter
        self.confusion = ConfusionMatrix(num_classes)

    def compute(self, images):
        return self.segmenter(images[:, 0])

    def add(self, rows, batch):
        self.confusion.update(rows, batch.label_map)


class TraitsAccumulator:
    """What kind of texture each class has in real photographs.

    Attributes:
        traits: `ClassTraits`.
    """

    def __init__(self, *, num_classes):
        self.traits = ClassTraits(num_classes)

    def compute(self, images):
        return tf.zeros(images.shape[0])  # nothing: it is the host's

    def add(self, rows, batch):
        self.traits.update(batch.real, batch.label_map)


class DiversityAccumulator:
    """How much the photographs of one label map differ.

    Args:
        diversity: `Diversity`.
    """

    def __init__(self, diversity):
        self.diversity = diversity

    def compute(self, images):
        return self.diversity.measure(images)

    def add(self, rows, batch):
        self.diversity.update(rows)
