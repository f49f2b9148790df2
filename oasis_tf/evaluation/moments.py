"""Mean and covariance of a stream of vectors, in one pass and in float64."""

import numpy as np


class TooFewImagesError(ValueError):
    """Error for a set of images that is too small for a metric."""


class NonFiniteFeaturesError(RuntimeError):
    """Error for features that are NaN or infinite."""


def require_finite(features):
    """NonFiniteFeaturesError unless all features are finite."""
    if not np.isfinite(features).all():
        raise NonFiniteFeaturesError(
            "an image or its features are NaN or infinite: the generator's training may have "
            "diverged"
        )


class Moments:
    """Count, mean and covariance of all vectors so far, in constant memory.

    Deviations are summed around the running mean, not around 0, which avoids cancellation.

    Attributes:
        count: int.
        mean: float64 (d,), zeros at first.
        scatter: float64 (d, d), the sum of the outer products of deviations from the mean.
    Reference: Chan, Golub and LeVeque 1979, Updating formulae and a pairwise algorithm for
        computing sample variances, eq. 2.1.
    """

    def __init__(self, num_features):
        self.count = 0
        self.mean = np.zeros(num_features)
        self.scatter = np.zeros((num_features, num_features))

    @property
    def covariance(self):
        """float64 (d, d), divided by one less than the count, as by `np.cov`."""
        if self.count < 2:
            raise TooFewImagesError(
                f"a Fréchet distance needs at least 2 images of each set; got {self.count}"
            )
        return self.scatter / (self.count - 1)

    def update(self, features):
        """Adds vectors, (n, d). The cost is of order d² even for one vector: add many at a time.

        Raises: NonFiniteFeaturesError, and nothing is added.
        """
        features = np.asarray(features, np.float64)
        require_finite(features)
        if not len(features):
            return
        count = self.count + len(features)
        mean = features.mean(axis=0)
        shift = (mean - self.mean) * np.sqrt(self.count * len(features) / count)
        deviations = np.vstack([features - mean, shift])
        self.scatter += deviations.T @ deviations
        self.mean += (mean - self.mean) * (len(features) / count)
        self.count = count
