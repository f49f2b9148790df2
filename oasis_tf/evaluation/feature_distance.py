"""How far two sets of images are apart in the features of one network: FID, KID and their kin."""

import itertools
from typing import NamedTuple

import tensorflow as tf

from oasis_tf.evaluation.frechet import frechet_distance
from oasis_tf.evaluation.kid import KernelDistance, kernel_distance
from oasis_tf.evaluation.moments import TooFewImagesError
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.feature_extractors.inception import FIDInception


class FeatureNetworkError(ValueError):
    """A network whose output is not one vector an image, in a sentence."""


class Distance(NamedTuple):
    """A result that says in which network's features it is.

    name: "FID" or "KID", or else what it is and of which network.
    value: float, or for KID a `KernelDistance`.
    num_real, num_fake: how many images of each set went into it.
    """

    name: str
    value: float | KernelDistance
    num_real: int
    num_fake: int


class FeatureDistance:
    """Distances between sets of images in the features of one network.

    They are called FID and KID if that is `FIDInception` with the standard weights, and by the
    network's name otherwise.

    Args:
        network: keras.Model, images (b, h, w, 3) -> features (b, d). Which range of pixels it
            wants is its own affair: images reach it as they come.
    """

    def __init__(self, network):
        self.network = network
        self._features = tf.function(self.features, autograph=False, reduce_retracing=True)

    def features(self, images):
        """Features (b, d) of images (b, h, w, 3), on the device, also inside a `tf.function`.

        They are NaN for images that are not finite, of which a fused ReLU would make 0.
        Raises: FeatureNetworkError.
        """
        features = self.network(images, training=False)
        if features.shape.rank != 2:
            raise FeatureNetworkError(
                f"{self.network.name} gives {tuple(features.shape)} for images "
                f"{tuple(images.shape)}; expected one vector each, (b, d); does it lack a global "
                "pooling?"
            )
        is_finite = tf.reduce_all(tf.math.is_finite(tf.cast(images, tf.float32)), axis=(1, 2, 3))
        return tf.where(is_finite[:, None], features, float("nan"))

    def statistics(self, batches, *, places=None):
        """Passes once over a set of images.

        Args:
            batches: iterable of images (b, h, w, 3), b may vary.
            places: iterable of int, each image's place in the whole set; default 0, 1, …. Where
                n processes share a set, process i brings i, i + n, …, and the results are merged.
        Returns: `FeatureStatistics`.
        Raises: TooFewImagesError where there is no image; FeatureNetworkError;
            NonFiniteFeaturesError.
        """
        places = itertools.count() if places is None else iter(places)
        statistics = None
        for features in self._stream(batches):
            statistics = statistics or FeatureStatistics(features.shape[1])
            statistics.update(features, list(itertools.islice(places, len(features))))
        if statistics is None:
            raise TooFewImagesError("there is no image to compute features of")
        return statistics

    def frechet(self, real, fake):
        """The Fréchet distance of two `FeatureStatistics`."""
        return Distance(
            name="FID" if self._is_standard else f"Fréchet distance in {self._network_name}",
            value=frechet_distance(real.moments, fake.moments),
            num_real=real.num_images,
            num_fake=fake.num_images,
        )

    def kernel(self, real, fake, *, seed=0):
        """The kernel distance of the samples in two `FeatureStatistics`."""
        real, fake = real.sample.features, fake.sample.features
        return Distance(
            name="KID" if self._is_standard else f"kernel distance in {self._network_name}",
            value=kernel_distance(real, fake, seed=seed),
            num_real=len(real),
            num_fake=len(fake),
        )

    @property
    def _is_standard(self):
        return isinstance(self.network, FIDInception) and self.network.is_standard

    @property
    def _network_name(self):
        if isinstance(self.network, FIDInception):
            weights = (self.network.weights_sha256 or "none")[:8]
            return f"Inception with weights that are not FID's ({weights})"
        return self.network.name

    def _stream(self, batches):
        """Yields features as arrays, one batch behind: a GPU computes while the host sums up."""
        waiting = None
        for images in batches:
            features = self._features(images)
            if waiting is not None:
                yield waiting.numpy()
            waiting = features
        if waiting is not None:
            yield waiting.numpy()
