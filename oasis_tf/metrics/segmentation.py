"""Accuracy and mean IoU of the discriminator's segmentation."""

import keras
import tensorflow as tf

from oasis_tf.metrics.iou import per_class_iou
from oasis_tf.metrics.replicated import ReplicatedMetric
from oasis_tf.runtime.replicas import sum_over_replicas


@keras.saving.register_keras_serializable(package="oasis_tf")
class SegmentationScore(ReplicatedMetric):
    """Pixel accuracy and mean IoU of the discriminator's best class against the label map.

    The prediction is the class with the largest logit, without "fake" and void. So the score of a
    fake measures how well its classes are recognised, even if the discriminator detects the fake.
    Pixels labelled void do not count. Classes that are neither labelled nor predicted have no IoU
    and are not in the mean.

    Args:
        num_classes: int, void included.
        suffix: str, result keys are `d_accuracy_{suffix}` and `d_miou_{suffix}`.
    """

    def __init__(self, num_classes, suffix, name=None, **kwargs):
        super().__init__(name=name or f"d_segmentation_{suffix}", **kwargs)
        self.num_classes = num_classes
        self.suffix = suffix
        self.confusion = self.add_weight(
            name="confusion", shape=(num_classes, num_classes), initializer="zeros", dtype="float64"
        )

    def update_state(self, logits, label_map, sample_weight=None):
        """Adds logits (b, h, w, num_classes + 1) against label_map int (b, h, w), 0 = void."""
        predicted = tf.argmax(logits[..., 2:], axis=-1, output_type=tf.int32) + 1
        pairs = tf.reshape(tf.cast(label_map, tf.int32) * self.num_classes + predicted, [-1])
        # Not tf.math.bincount: XLA does not know the size of its result.
        counts = tf.math.unsorted_segment_sum(tf.ones_like(pairs), pairs, self.num_classes**2)
        counts = sum_over_replicas(tf.cast(counts, self.confusion.dtype))
        self.confusion.assign_add(tf.reshape(counts, (self.num_classes, self.num_classes)))

    def result(self):
        confusion = tf.convert_to_tensor(self.confusion)[1:]
        hits = tf.linalg.diag_part(confusion[:, 1:])
        labelled = tf.reduce_sum(confusion, axis=1)
        union = labelled + tf.reduce_sum(confusion, axis=0)[1:] - hits
        num_seen = tf.reduce_sum(tf.cast(union > 0, hits.dtype))
        return {
            f"d_accuracy_{self.suffix}": tf.math.divide_no_nan(
                tf.reduce_sum(hits), tf.reduce_sum(labelled)
            ),
            f"d_miou_{self.suffix}": tf.math.divide_no_nan(
                tf.reduce_sum(tf.math.divide_no_nan(hits, union)), num_seen
            ),
        }

    def per_class_iou(self):
        """float64 (num_classes,), NaN for void and for classes neither labelled nor predicted."""
        return per_class_iou(self.confusion.numpy())

    def class_frequencies(self):
        """float64 (num_classes,), each label's share of all pixels, void included.

        The sum is 1; before the first update all are 0.
        """
        labelled = self.confusion.numpy().sum(axis=1)
        return labelled / max(1.0, labelled.sum())

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "suffix": self.suffix,
        }
