"""Fréchet inception distance. Heusel et al. 2017, arXiv:1706.08500."""

from oasis_tf.config.metrics import register
from oasis_tf.evaluation.feature_metric import FeatureMetric


@register
class FID(FeatureMetric):
    name = "fid"
    title = "FID"
    kind = "Fréchet distance"
    long_name = "frechet_distance"
    fewest_pairs = 2
    digits = 1
    lowest = 0.0
    tile = "Fréchet distance"

    def open(self, context):
        from oasis_tf.evaluation.feature_measurement import FrechetMeasurement, open_features

        return FrechetMeasurement(open_features(context))
