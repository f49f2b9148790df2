"""How far two sets of images are apart in the features of one network: FID, KID and their kin."""

from typing import NamedTuple

import tensorflow as tf

from oasis_tf.evaluation.frechet import frechet_distance
from oasis_tf.evaluation.kid import KernelDistance, kernel_distance
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
        network: keras.Model, images (b, h, w, 3) -> features (b, d). It gets the images unchanged,
            in the range of pixels that it was made for.
    """

    def __init__(self, network):
        self.network = network

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

    def frechet(self, real, fake):
        """The Fréchet distance of two `FeatureStatistics`."""
        return Distance(
            name="FID" if self.is_standard else f"Fréchet distance in {self._network_name}",
            value=frechet_distance(real.moments, fake.moments),
            num_real=real.num_images,
            num_fake=fake.num_images,
        )

    def kernel(self, real, fake, *, seed=0):
        """The kernel distance of the samples in two `FeatureStatistics`."""
        real, fake = real.sample.features, fake.sample.features
        return Distance(
            name="KID" if self.is_standard else f"kernel distance in {self._network_name}",
            value=kernel_distance(real, fake, seed=seed),
            num_real=len(real),
            num_fake=len(fake),
        )

    @property
    def is_standard(self):
        return isinstance(self.network, FIDInception) and self.network.is_standard

    @property
    def _network_name(self):
        if isinstance(self.network, FIDInception):
            weights = (self.network.weights_sha256 or "none")[:8]
            return f"Inception with weights that are not FID's ({weights})"
        return self.network.name
