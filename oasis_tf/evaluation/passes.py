"""Passes over held-out pairs: one computes all metrics."""

import numpy as np
import tensorflow as tf

from oasis_tf.data.panoptic import class_map
from oasis_tf.evaluation.in_flight import in_flight
from oasis_tf.evaluation.measurement import Batch
from oasis_tf.io import progress
from oasis_tf.io.terminal import counted
from oasis_tf.models.fold import fold
from oasis_tf.runtime import noise


class NonFinitePhotographsError(RuntimeError):
    """A generator that paints NaN or infinity, in a sentence."""


class Passes:
    """Passes real photographs or fakes through accumulators, on the same pairs and noise.

    Photograph k of pair i has the noise of seed + i + k * number of pairs.

    Args:
        pairs: `HeldOutPairs`.
        devices: `Devices`.
        batch_size: int, photographs on all replicas at once.
        seed: int.
    """

    def __init__(self, pairs, *, devices, batch_size=4, seed=0):
        self.pairs = pairs
        self.devices = devices
        self.batch_size = batch_size
        self.seed = seed

    def over_real(self, accumulators, description):
        """One pass over the real photographs.

        Args:
            accumulators: list of `Accumulator`.
            description: str with {} for the number of photographs, shown beside the progress bar.
        """

        def photographs(real, label_map, places):
            del label_map, places
            return real[:, None]

        self._run(accumulators, photographs, description.format(f"{len(self.pairs):,}"), samples=1)

    def over_fakes(self, accumulators, generator, *, samples=1):
        """One pass over the photographs that a generator paints.

        Args:
            accumulators: list of `Accumulator`. generator: `OASISGenerator`.
            samples: int, photographs of each label map.
        Raises: NonFinitePhotographsError; DataError naming a bad file.
        """
        paint = fold(generator)
        first_seeds = self.seed + len(self.pairs) * np.arange(samples)

        def photographs(real, label_map, places):
            del real
            seeds = tf.reshape(places[:, None] + first_seeds, [-1])
            z = noise.seeded_noise(seeds, paint.z_dim) if paint.z_dim else None
            label_map = label_map if paint.edges else class_map(label_map)
            images = paint(tf.repeat(label_map, samples, axis=0), z)
            return tf.reshape(images, (-1, samples, *images.shape[1:]))

        count = counted(samples * len(self.pairs), "photograph")
        description = f"Painting and measuring {count}"
        self._run(accumulators, photographs, description, samples=samples)

    def _run(self, accumulators, photographs, description, *, samples):
        """Computes on the devices what each accumulator needs of a batch, and adds it on the host.

        Args:
            photographs: function(real, label_map, places) -> (b, samples, h, w, 3), uint8 or float
                in [-1, 1].
        """

        def compute(*batch):
            images = photographs(*batch)
            is_finite = tf.ones(images.shape[0], tf.bool)
            if images.dtype != tf.uint8:
                is_finite = tf.reduce_all(tf.math.is_finite(images), axis=(1, 2, 3, 4))
                images = tf.cast(tf.round((images + 1.0) * 127.5), tf.uint8)
            return is_finite, [accumulator.compute(images) for accumulator in accumulators]

        at_once = max(1, self.batch_size // samples)
        pairs = self.pairs.batches(at_once)
        on_devices = self.devices.on_rows(compute, batch_size=at_once, specs=pairs.element_spec)
        batches = progress.track(
            pairs, description=description, total=-(-len(self.pairs) // at_once)
        )
        computed = in_flight(lambda batch: (batch, on_devices(*batch)), batches)
        for batch, (is_finite, rows) in computed:
            _require_finite(is_finite.numpy())
            real, label_map, places = (tensor.numpy() for tensor in batch)
            arrays = Batch(real, class_map(label_map), places)
            for accumulator, computed_rows in zip(accumulators, rows, strict=True):
                accumulator.add(computed_rows.numpy(), arrays)


def _require_finite(is_finite):
    if not is_finite.all():
        raise NonFinitePhotographsError(
            "the generator paints NaN or infinity, so there is nothing to measure: its training "
            "has diverged"
        )
