"""Statistics of the features of a set of images: moments, and a random sample."""

import numpy as np

from oasis_tf.evaluation.moments import Moments, require_finite
from oasis_tf.evaluation.sample import FeatureSample
from oasis_tf.io.array_file import ArrayFileError, read_arrays, write_arrays

ROWS_AT_A_TIME = 512  # an update of moments costs d² however few its rows


class FeatureStatistics:
    """Moments and a bounded sample of features; memory does not grow with the number of images.

    Args:
        num_features: int, d.
        sample_size, seed: see `FeatureSample`.
    """

    def __init__(self, num_features, *, sample_size=5000, seed=0):
        self._moments = Moments(num_features)
        self._sample = FeatureSample(num_features, size=sample_size, seed=seed)
        self._waiting = []  # (features, places), to be added together
        self._num_updated = 0

    @property
    def moments(self):
        """`Moments` of all features."""
        self._add_waiting()
        return self._moments

    @property
    def sample(self):
        """`FeatureSample` of them."""
        self._add_waiting()
        return self._sample

    @property
    def num_images(self):
        return self.moments.count

    def update(self, features, places=None):
        """Adds features of images.

        Args:
            features: (n, d).
            places: int (n,), the images' places in the whole set, which choose the sample; by
                default those after the last update's.
        Raises: NonFiniteFeaturesError, and nothing is added.
        """
        features = np.asarray(features)
        require_finite(features)
        if places is None:
            places = self._num_updated + np.arange(len(features))
        self._num_updated += len(features)
        self._waiting.append((features, np.asarray(places)))
        if sum(len(rows) for rows, _ in self._waiting) >= ROWS_AT_A_TIME:
            self._add_waiting()

    def save(self, path, *, key=""):
        """Writes one .npz file, atomically; `key` is a str that `load` compares."""
        write_arrays(
            path,
            {
                "key": key,
                "count": self.moments.count,
                "mean": self.moments.mean,
                "scatter": self.moments.scatter,
                "sample_features": self.sample.features,
                "sample_places": self.sample.places,
                "sample_size": self.sample.size,
                "sample_seed": self.sample.seed,
            },
        )

    def _add_waiting(self):
        if not self._waiting:
            return
        features, places = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting = []
        self._moments.update(features)
        self._sample.update(features, places)

    @classmethod
    def load(cls, path, *, key=""):
        """Reads what `save` wrote; None if it was saved under another key.

        Raises: ArrayFileError; OSError where there is no such file.
        """
        arrays = read_arrays(path)
        try:
            if str(arrays["key"]) != key:
                return None
            d = len(arrays["mean"])
            statistics = cls(
                d, sample_size=int(arrays["sample_size"]), seed=int(arrays["sample_seed"])
            )
            statistics.moments.count = statistics._num_updated = int(arrays["count"])
            statistics.moments.mean = _shaped(arrays["mean"], (d,))
            statistics.moments.scatter = _shaped(arrays["scatter"], (d, d))
            features = _shaped(arrays["sample_features"], (None, d))
            statistics.sample.update(features, _shaped(arrays["sample_places"], (len(features),)))
        except (KeyError, TypeError, ValueError) as error:
            raise ArrayFileError(f"{path} holds no statistics of features: {error}") from error
        return statistics


def _shaped(array, shape):
    """The array, checked: its shape, where None is any length, and that it is finite."""
    expected = [length if n is None else n for n, length in zip(shape, array.shape, strict=True)]
    if list(array.shape) != expected or not np.isfinite(array).all():
        raise ValueError(f"an array of shape {array.shape}, expected {shape} and finite")
    return array
