"""Distances between sets of images in the features of a network: FID and KID."""

from typing import NamedTuple

import tensorflow as tf

from oasis_tf.evaluation.frechet import frechet_distance
from oasis_tf.evaluation.kid import KernelDistance, kernel_distance
from oasis_tf.feature_extractors.inception import FIDInception


class FeatureNetworkError(ValueError):
    """Error for a network whose output is not one vector an image."""


class Distance(NamedTuple):
    """A distance, and the network of its features.

    name: "FID" or "KID", or a name with the other network's.
    value: float, or for KID a `KernelDistance`.
    num_real, num_fake: number of images of each set.
    features: str, the network as in `evaluation.features`, or its name.
    """

    name: str
    value: float | KernelDistance
    num_real: int
    num_fake: int
    features: str


class FeatureDistance:
    """Distances between sets of images in the features of one network.

    They are named FID and KID only for `FIDInception` with the standard weights.

    Args:
        network: keras.Model, images (b, h, w, 3) -> features (b, d). It gets the images unchanged,
            in the range of pixels that it was made for.
    """

    def __init__(self, network):
        self.network = network

    def features(self, images):
        """Features (b, d) of images (b, h, w, 3), on the device, also inside a `tf.function`.

        NaN for images that are not finite, which a fused ReLU would turn into 0.
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

    def frechet(self, real, fake):
        """The Fréchet distance of two `FeatureStatistics`."""
        return Distance(
            name="FID" if self.is_standard else f"Fréchet distance in {self.network_name}",
            value=frechet_distance(real.moments, fake.moments),
            num_real=real.num_images,
            num_fake=fake.num_images,
            features=self._key,
        )

    def kernel(self, real, fake, *, seed=0):
        """The kernel distance of the samples in two `FeatureStatistics`."""
        real, fake = real.sample.features, fake.sample.features
        return Distance(
            name="KID" if self.is_standard else f"kernel distance in {self.network_name}",
            value=kernel_distance(real, fake, seed=seed),
            num_real=len(real),
            num_fake=len(fake),
            features=self._key,
        )

    @property
    def is_standard(self):
        return isinstance(self.network, FIDInception) and self.network.is_standard

    @property
    def network_name(self):
        return getattr(self.network, "title", self.network.name)

    @property
    def _key(self):
        return getattr(self.network, "key", self.network.name)
