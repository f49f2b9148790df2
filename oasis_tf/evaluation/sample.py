"""A bounded random sample of a set's features, for metrics that compare them pair by pair."""

import numpy as np


class FeatureSample:
    """A uniform random sample of at most `size` vectors.

    Seed and place in the set decide whether a vector is in the sample, not the order of updates.
    Stored as float32, the dtype of the networks: 41 MB for 5,000 vectors of 2048 features.

    Args:
        num_features: int, d.
        size: int.
        seed: int.
    Attributes:
        features: float32 (n, d), n <= size, in the order of their places.
        places: int64 (n,).
    """

    def __init__(self, num_features, *, size=5000, seed=0):
        self.size, self.seed = size, seed
        self.features = np.zeros((0, num_features), np.float32)
        self.places = np.zeros(0, np.int64)
        self._lots = np.zeros(0)

    def update(self, features, places):
        """Adds vectors, (n, d), and their places in the set, (n,) int."""
        features, places = np.asarray(features, np.float32), np.asarray(places, np.int64)
        if len(features) != len(places):
            raise ValueError(f"{len(features)} vectors have {len(places)} places")
        lots = self._draw(places)
        if len(self.places) == self.size:
            may_stay = lots < self._lots.max()
            features, places, lots = features[may_stay], places[may_stay], lots[may_stay]
        if len(places):
            self._add(features, places, lots)

    def _add(self, features, places, lots):
        places = np.concatenate([self.places, places])
        lots = np.concatenate([self._lots, lots])
        kept = np.argsort(lots)[: self.size]
        kept = kept[np.argsort(places[kept])]
        self.features = np.concatenate([self.features, features])[kept]
        self.places, self._lots = places[kept], lots[kept]

    def _draw(self, places):
        """A random number in [0, 1) for each place; the sample has the lowest ones."""
        return np.array([np.random.default_rng([self.seed, place]).random() for place in places])
