"""The noise of seeds, as in `generate`."""

import numpy as np

from oasis_tf.generation import SeededNoise


class SeedError(ValueError):
    """Error for unusable seeds."""


def vectors_of(sampler, seeds):
    """float32 (n, z_dim). Raises: SeedError if the generator has no noise."""
    if not sampler.z_dim:
        raise SeedError(
            "this run's generator has no noise (z_dim is 0): all seeds give the same picture"
        )
    noise = SeededNoise(z_dim=sampler.z_dim, seed=0)
    return np.stack([noise.vector(seed) for seed in seeds])
