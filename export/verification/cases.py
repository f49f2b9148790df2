"""Label maps and noise for verification, and the live model's images of them."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.data import DataError, open_source
from oasis_tf.data.transforms import resize_label_map
from oasis_tf.export.trained import Trained
from oasis_tf.models import OASISGenerator
from oasis_tf.runtime import noise

NUM_HELD_OUT = 4
FIRST_SEED = 2**40  # more than 32 bits


@dataclass(frozen=True)
class Cases:
    """Label maps, noise, and the live model's images.

    Attributes:
        label_maps: int32 (n, h, w); the last ones are `held_out` maps of the run's data.
        seeds: int64 (n,).
        z: float32 (n, z_dim), the noise of the seeds.
        images: float32 (n, h, w, 3) in [0, 1].
        held_out: int, how many are held-out.
    """

    label_maps: np.ndarray
    seeds: np.ndarray
    z: np.ndarray
    images: np.ndarray
    held_out: int


def make_cases(trained: Trained, *, require_data: bool = False) -> Cases:
    """Paints synthetic label maps with all ids, and held-out ones if the data can be read.

    Args:
        trained: `Trained`.
        require_data: bool, raise if the data cannot be read.
    Raises: DataError.
    """
    synthetic = synthetic_label_maps(trained.live.num_classes, size=trained.live.image_size)
    held_out = _held_out_label_maps(trained, is_required=require_data)
    label_maps = np.stack([*synthetic, *held_out]).astype(np.int32)
    seeds = FIRST_SEED + np.arange(len(label_maps))
    z = noise.seeded_noise(seeds, trained.live.z_dim).numpy()
    return Cases(
        label_maps=label_maps,
        seeds=seeds,
        z=z,
        images=paint(trained.live, label_maps, z),
        held_out=len(held_out),
    )


def paint(generator: OASISGenerator, label_maps: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Images of the label maps, painted one by one: float32 (n, h, w, 3) in [0, 1].

    Args:
        z: float (n, z_dim), or a noise map for each, (n, h, w, z_dim).
    """
    call = tf.function(lambda label_map, z: generator(label_map[None], z[None]) * 0.5 + 0.5)
    return np.concatenate([call(label_map, z) for label_map, z in zip(label_maps, z, strict=True)])


def synthetic_label_maps(
    num_classes: int, *, size: tuple[int, int], seed: int = 0
) -> list[np.ndarray]:
    """Three difficult label maps, int32 (h, w), `size` = (h, w): all ids as stripes, all ids as
    patches, and single pixels on one class, also at corners and borders."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(size)
    stripes = (rows + columns) % num_classes
    centres = rng.uniform((0, 0), size, (2 * num_classes, 2))
    distances = [(rows - row) ** 2 + (columns - column) ** 2 for row, column in centres]
    patches = np.argmin(distances, axis=0) % num_classes
    dots = np.full(size, rng.integers(num_classes))
    is_dot = (rng.random(size) < 0.02) | (rows % (size[0] - 1) + columns % (size[1] - 1) == 0)
    dots[is_dot] = rng.integers(num_classes, size=is_dot.sum())
    return [label_map.astype(np.int32) for label_map in (stripes, patches, dots)]


def _held_out_label_maps(trained, *, is_required):
    """At most `NUM_HELD_OUT`; none if the data cannot be read."""
    try:
        source = open_source(split="val", **trained.config.data.source_arguments())
        indices = np.linspace(0, len(source) - 1, min(NUM_HELD_OUT, len(source))).astype(int)
        label_maps = []
        for index in indices:
            source.diagnose(int(index))
            label_maps.append(source.load(tf.constant(index, tf.int64))[1])
    except (DataError, OSError):
        if is_required:
            raise
        return []
    size = trained.live.image_size
    return [resize_label_map(label_map, size=size).numpy() for label_map in label_maps]
