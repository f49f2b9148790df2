"""How much photographs of one label map differ: MS-SSIM, and distance in a network's features."""

from oasis_tf.config.metrics import register
from oasis_tf.evaluation.metric import Metric, MetricChart, MetricCurve, ResultSection
from oasis_tf.io.number_types import Number, PositiveInt


class Similarity(ResultSection):
    value: Number
    filter_size: PositiveInt
    scales: PositiveInt


class FeatureDistance(ResultSection):
    name: str
    value: Number


class DiversityResult(ResultSection):
    samples: PositiveInt
    num_label_maps: PositiveInt
    ms_ssim: Similarity
    feature_distance: FeatureDistance


@register
class DiversityMetric(Metric):
    name = "diversity"
    title = "diversity"
    config_keys = ("evaluation.samples", "evaluation.diversity_backbone")
    schema = DiversityResult
    columns = ("MS-SSIM ↓", "feature distance ↑")
    charts = (
        MetricChart(
            "Likeness of samples",
            (MetricCurve("MS-SSIM", "ms_ssim", 4),),
            note="less is more diverse",
        ),
        MetricChart(
            "Distance of samples",
            (MetricCurve("distance", "feature_distance", 4),),
            note="more is more diverse",
            lowest=0.0,
        ),
    )

    def open(self, context):
        from oasis_tf.evaluation.diversity_measurement import open_diversity

        return open_diversity(context)

    def unavailable(self, config):
        from oasis_tf.evaluation.ms_ssim import TooSmallImagesError
        from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError
        from oasis_tf.feature_extractors.vgg19 import DOWNLOAD, VGGImageError, VGGWeightsError

        errors = TooSmallImagesError, VGGImageError
        if config.diversity_backbone == "vgg16" and config.vgg16_weights is None:
            return (*errors, VGG16WeightsError)
        return (*errors, VGGWeightsError) if config.diversity_backbone == DOWNLOAD else errors

    def row(self, result, *, brief=False):
        return f"{result.ms_ssim.value:.3f}", f"{result.feature_distance.value:.3f}"

    def numbers(self, result):
        return {
            "ms_ssim": result.ms_ssim.value,
            "feature_distance": result.feature_distance.value,
        }

    def description(self, result, *, brief=False):
        similarity = result.ms_ssim
        return "diversity", (
            f"means over all pairs of {result.samples} photographs of each of "
            f"{result.num_label_maps:,} label maps; MS-SSIM with windows of "
            f"{similarity.filter_size} px at {similarity.scales} scales; unweighted feature "
            f"distance in {result.feature_distance.name}"
        )
