"""Kernel inception distance. Bińkowski et al. 2018, arXiv:1801.01401."""

from oasis_tf.config.metrics import register
from oasis_tf.evaluation.feature_metric import FeatureMetric


@register
class KID(FeatureMetric):
    name = "kid"
    title = "KID"
    kind = "kernel distance"
    long_name = "kernel_distance"
    fewest_pairs = 4  # subsets are at most half of the smaller set, and have at least two images
    digits = 4

    def open(self, context):
        from oasis_tf.evaluation.feature_measurement import KernelMeasurement, open_features

        return KernelMeasurement(open_features(context))
