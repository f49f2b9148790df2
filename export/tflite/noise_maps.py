"""Noise maps to verify and to calibrate with: a vector for each class, as where one is redrawn."""

from collections.abc import Sequence

import numpy as np

from oasis_tf.export.publish import TargetError
from oasis_tf.models import OASISGenerator

SEED = 4


def noise_maps_of(generator: OASISGenerator, label_maps: Sequence[np.ndarray]) -> list[np.ndarray]:
    """A noise map float32 (h, w, z_dim) for each label map int (h, w): pixels of a class share a
    vector.

    Raises: TargetError for a generator that takes none.
    """
    if not generator.z_dim or not generator.takes_noise_maps:
        raise TargetError(f"{type(generator).__name__} takes no noise maps; leave out --noise map")
    rng = np.random.default_rng(SEED)
    shape = (generator.num_classes, generator.z_dim)
    return [rng.standard_normal(shape, np.float32)[label_map] for label_map in label_maps]
