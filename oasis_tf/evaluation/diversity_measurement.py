"""Diversity over held-out pairs."""

from oasis_tf.evaluation.diversity import Diversity
from oasis_tf.evaluation.measurement import EvaluationError, Measurement
from oasis_tf.evaluation.ms_ssim import MSSSIM
from oasis_tf.evaluation.perceptual_distance import DISCRIMINATOR, open_backbone


def open_diversity(context):
    """`DiversityMeasurement` with the features of `evaluation.diversity_backbone`."""
    samples, size = context.config.samples, context.pairs.image_size
    MSSSIM(size)  # refuses images that are too small
    name = context.config.diversity_backbone
    if name != DISCRIMINATOR:
        backbone = open_backbone(
            name,
            discriminator=None,
            step=None,
            image_size=size,
            vgg16_weights=context.config.vgg16_weights,
        )
        return DiversityMeasurement(lambda networks: backbone, samples=samples, image_size=size)
    return DiversityMeasurement(
        lambda networks: open_backbone(
            name,
            discriminator=networks.segmenting_discriminator("evaluation.diversity_backbone"),
            step=networks.step,
            image_size=size,
        ),
        samples=samples,
        image_size=size,
    )


class DiversityMeasurement(Measurement):
    """Differences between photographs of one label map.

    Args:
        backbone_of: function(`RunNetworks`) -> `Backbone`.
        samples: int, photographs of each label map.
        image_size: (height, width).
    """

    def __init__(self, backbone_of, *, samples, image_size):
        self.backbone_of = backbone_of
        self.samples = samples
        self.image_size = image_size

    def accumulator(self, networks):
        if not networks.generator.z_dim:
            raise EvaluationError(
                "this run's generator has no noise (z_dim is 0), so there is no diversity to "
                "measure; leave it out of --metrics"
            )
        return Diversity(
            num_samples=self.samples,
            image_size=self.image_size,
            backbone=self.backbone_of(networks),
        )
