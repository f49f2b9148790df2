"""FID and KID over held-out pairs: both use the same features."""

from functools import cached_property

from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.measurement import EvaluationError, Measurement
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.evaluation.statistics_cache import cached_statistics
from oasis_tf.feature_extractors.inception_weights import load_fid_inception
from oasis_tf.feature_extractors.vgg16_weights import load_vgg16
from oasis_tf.io import progress


def open_features(context):
    """`PairFeatures` in the network of `evaluation.features`, one for all of its metrics."""
    config = context.config

    def load():
        if config.features == "vgg16":
            network = load_vgg16(config.vgg16_weights, say=progress.say)
        else:
            network = load_fid_inception(
                config.inception_weights, say=progress.say, track=progress.track
            )
        return PairFeatures(context, network)

    return context.shared("features", load)


class PairFeatures:
    """Features of the held-out pairs in one network.

    Args:
        context: `EvaluationContext`.
        network: see `FeatureDistance`.
    """

    def __init__(self, context, network):
        self.context = context
        self.distance = FeatureDistance(network)

    @cached_property
    def of_real(self):
        """`FeatureStatistics` of the real photographs; kept on disk where the data has files."""

        def compute():
            accumulator = FeatureAccumulator(self.distance)
            self.context.passes.over_real([accumulator], "Features of {} real photographs")
            return accumulator.statistics

        pairs = self.context.pairs
        if pairs.identity is None:
            return compute()
        data, state = pairs.identity
        return cached_statistics(
            compute,
            network=self.distance.network,
            data=data,
            state=state,
            split=pairs.split,
            preprocessing=pairs.preprocessing,
            num_images=len(pairs),
            folder=self.context.cache_folder,
            say=progress.say,
        )

    def accumulator(self, networks):
        """`FeatureAccumulator` of the fakes of one generator, for all metrics."""
        return networks.shared("features", lambda: FeatureAccumulator(self.distance))


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


class _FeatureMeasurement(Measurement):
    """A distance between the features of real photographs and of fakes.

    Args:
        features: `PairFeatures`.
    """

    def __init__(self, features):
        self.features = features

    def accumulator(self, networks):
        _ = self.features.of_real  # before the fakes: a damaged file is named at once
        return self.features.accumulator(networks)

    def require_best_metric(self):
        network = self.features.distance.network
        if not network.is_standard:
            raise EvaluationError(
                f"the weights of evaluation.{network.key}_weights are not {network.STANDARD}"
            )


class FrechetMeasurement(_FeatureMeasurement):
    """FID."""

    def result(self, accumulator):
        features = self.features
        return features.distance.frechet(features.of_real, accumulator.statistics)._asdict()


class KernelMeasurement(_FeatureMeasurement):
    """KID, with its standard deviation and interval."""

    def result(self, accumulator):
        features = self.features
        found = features.distance.kernel(features.of_real, accumulator.statistics)._asdict()
        return found | found["value"]._asdict()
