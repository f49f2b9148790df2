"""Noise of each sample of a label map.

A plan has four methods:

    draw(label_map, sample) -> float32 (z_dim,), or a noise map (h, w, z_dim), or None
    untouched(label_map)    -> the noise before redrawing; None where nothing is redrawn
    redraws(label_map)      -> bool, whether any pixel's noise is redrawn
    meaning(sample)         -> dict of JSON types that identifies the noise
"""

import hashlib

import numpy as np

from oasis_tf.config.class_names import class_id_of
from oasis_tf.data import DataError
from oasis_tf.generation.regions import Region, read_mask
from oasis_tf.runtime import noise


class SeededNoise:
    """Sample i has the noise of seed + i, the same on all label maps.

    Args:
        z_dim: int, 0 for a generator without noise.
        seed: int.
    """

    def __init__(self, *, z_dim, seed):
        self.z_dim = z_dim
        self.seed = seed
        self._drawn = {}

    def draw(self, label_map, sample):
        """See the module."""
        del label_map
        return self.vector(self.seed + sample)

    def untouched(self, label_map):
        """See the module."""
        del label_map

    def redraws(self, label_map):
        """See the module."""
        del label_map
        return True

    def meaning(self, sample):
        """See the module."""
        return {"seed": self.seed + sample}

    def vector(self, seed):
        """The noise of one seed: float32 (z_dim,), or None if there is none."""
        if not self.z_dim:
            return None
        if seed not in self._drawn:
            self._drawn[seed] = noise.seeded_noise(np.array([seed]), self.z_dim).numpy()[0]
        return self._drawn[seed]


class RegionNoise:
    """Keeps the noise of `seed` outside of a region; inside, sample i has that of seed + 1 + i.

    Args:
        region: `Region`.
        size: (height, width) of the pictures.
        z_dim, seed: see `SeededNoise`.
        meaning: dict of JSON types that identifies the region.
    Raises: DataError if there is no noise to redraw.
    Reference: Schönfeld et al. 2021, arXiv:2012.04781, sec. 3.3 (local resampling).
    """

    def __init__(self, region, *, size, z_dim, seed, meaning):
        if not z_dim:
            raise DataError(
                "this run's generator has no noise (z_dim is 0), so none can be redrawn."
            )
        self.region = region
        self.size = size
        self._seeded = SeededNoise(z_dim=z_dim, seed=seed)
        self._meaning = meaning

    def draw(self, label_map, sample):
        """See the module."""
        inside = self._inside(label_map)[..., None]
        kept, fresh = (self._seeded.draw(label_map, index) for index in (0, sample + 1))
        return np.where(inside, fresh, kept)

    def untouched(self, label_map):
        """See the module."""
        kept = self._seeded.draw(label_map, 0)
        return np.broadcast_to(kept, (*self.size, len(kept)))

    def redraws(self, label_map):
        """See the module."""
        return bool(self._inside(label_map).any())

    def meaning(self, sample):
        """See the module."""
        kept, fresh = (self._seeded.meaning(index)["seed"] for index in (0, sample + 1))
        return {"seed": kept, "redrawn": {"seed": fresh, **self._meaning}}

    def _inside(self, label_map):
        return self.region.on(label_map, size=self.size)


def plan_of(sampler, *, seed, resample=None, mask=None):
    """The plan of the command's options.

    Args:
        sampler: `Sampler`.
        seed: int.
        resample: str, comma-separated classes, by name or by the id in label maps of the run's
            data; or None.
        mask: path of a PNG, see `read_mask`; or None.
    Returns: `SeededNoise`, or `RegionNoise` if there is a region.
    Raises: UnknownClassError or DataError.
    """
    if resample is None and mask is None:
        return SeededNoise(z_dim=sampler.z_dim, seed=seed)
    if sampler.z_dim and not sampler.takes_noise_maps:
        raise DataError(
            "this run's noise is of a whole image, so it cannot be redrawn within a region; leave "
            "out --resample and --mask, and take other images with --samples"
        )
    class_ids = () if resample is None else _class_ids(resample, sampler)
    pixels = None if mask is None else read_mask(mask)
    region = Region(class_ids, mask=pixels, mask_name=str(mask))
    meaning = {"classes": class_ids}
    if pixels is not None:
        packed = np.packbits(pixels).tobytes()
        meaning["mask"] = f"{pixels.shape} {hashlib.sha256(packed).hexdigest()}"
    return RegionNoise(region, size=sampler.size, z_dim=sampler.z_dim, seed=seed, meaning=meaning)


def _class_ids(resample, sampler):
    """Sorted class ids, from names, or from ids of the data (class ids if that has colours)."""
    code, names = sampler.label_code, sampler.class_names
    class_of_id = code.class_of_id() if code.kind == "id" else None
    return tuple(
        sorted({class_id_of(name, names, class_of_id=class_of_id) for name in resample.split(",")})
    )
