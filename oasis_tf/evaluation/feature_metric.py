"""What FID and KID share: their JSON, columns and curves."""

from pydantic import BaseModel

from oasis_tf.evaluation.metric import Metric, MetricChart, MetricCurve, ResultSection
from oasis_tf.io.number_types import Number, PositiveInt


class FeatureDistanceResult(ResultSection):
    """A distance between features of real and fake images.

    name: "FID" or "KID", or another name where the features are of another network.
    features: the network as in `evaluation.features`; None in files of older versions.
    """

    name: str
    value: Number
    standard_deviation: Number | None = None
    num_real: PositiveInt
    num_fake: PositiveInt
    features: str | None = None


class FeatureMetric(Metric):
    """FID or KID.

    Attributes:
        digits: int, of its value in tables.
        kind: str, what it is in any network. long_name: str, its key in CSV and TensorBoard where
            the network is not FID's Inception.
        lowest: float or None, where the axis of its chart begins.
    """

    direction = "lower"
    config_keys = ("evaluation.features",)
    schema: type[BaseModel] = FeatureDistanceResult
    digits: int
    kind: str
    long_name: str
    lowest: float | None = None

    @property
    def charts(self):
        notes = {
            self.name: f"{self.title} in standard Inception; lower is better",
            f"{self.name}_vgg16": "in VGG16; lower is better",
        }
        title = self.kind[0].upper() + self.kind[1:]
        return tuple(
            MetricChart(title, (MetricCurve(self.kind, number),), note, self.lowest)
            for number, note in notes.items()
        )

    def unavailable(self, config):
        from oasis_tf.feature_extractors.inception_weights import InceptionWeightsError
        from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError
        from oasis_tf.io.download import DownloadError
        from oasis_tf.io.pytorch_files import PyTorchFileError

        if config.features == "vgg16":
            return () if config.vgg16_weights else (VGG16WeightsError,)
        if config.inception_weights is not None:
            return ()
        return DownloadError, InceptionWeightsError, PyTorchFileError

    def row(self, result, *, brief=False):
        text = f"{result.value:.{self.digits}f}"
        if result.standard_deviation is not None:
            text += f" ± {result.standard_deviation:.{self.digits}f}"
        return (text if result.name == self.title else f"{text} ({result.name})",)

    def numbers(self, result):
        """Under another name where the network is not FID's Inception: no curve mixes them, and no
        checkpoint is chosen by `long_name`."""
        if result.name == self.title:
            return {self.name: result.value}
        is_vgg16 = result.features == "vgg16"
        return {f"{self.name}_vgg16" if is_vgg16 else self.long_name: result.value}

    def score(self, result):
        found = self.numbers(result)
        return found.get(self.name, found.get(f"{self.name}_vgg16"))

    def protocol(self, result):
        """The network, where it is not FID's."""
        return None if result.name == self.title else {"features": result.name}

    def description(self, result, *, brief=False):
        counts = f"{result.num_real:,} real and {result.num_fake:,} painted images"
        return result.name, counts
