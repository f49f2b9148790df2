"""The data of a run: training batches, and held-out pairs for scores and sample sheets."""

import numpy as np
import tensorflow as tf

from oasis_tf.data import (
    Augmentation,
    cached,
    evaluation_batches,
    label_code_of,
    loaded_size,
    open_splits,
    training_batches,
)
from oasis_tf.data.transforms import normalize_pair, resize_pair
from oasis_tf.data.validate import reading
from oasis_tf.io import progress
from oasis_tf.models import ema
from oasis_tf.runtime import noise

NUM_MEASURED = 16  # pairs of each split for `AdaptiveAugmentation`


class RunData:
    """Both splits of a config's data set.

    Args:
        config: `Config`.
    Attributes:
        source, held_out: `Source`.
    Raises: DataError.
    """

    def __init__(self, config):
        self.config = config
        self.source, self.held_out = open_splits(**config.data.source_arguments())
        self._recalibration = None
        self._first_batches = self._held_out_batches = None  # one graph each, iterated repeatedly

    @property
    def augment(self):
        """`Augmentation` of training pairs."""
        return Augmentation(**self.config.data.augment.model_dump())

    @property
    def class_names(self):
        return self.source.class_names

    @property
    def label_code(self):
        """How the pixels of the data set's label maps become classes."""
        return label_code_of(**self.config.data.label_arguments())

    @property
    def palette(self):
        return self.source.palette

    def cache(self):
        """Switches both splits to cache files, at the size of the batches."""
        data = self.config.data
        options = {"folder": data.cache_dir, "say": progress.say, "track": progress.track}
        loaded = loaded_size(data.image_size, data.load_size, self.augment)
        self.source = cached(self.source, size=loaded, **options)
        self.held_out = cached(self.held_out, size=data.image_size, **options)
        self._first_batches = self._held_out_batches = None

    def batches(self, *, start_step, **part):
        """Endless batches from `start_step`; for `part` see `training_batches`."""
        data, training = self.config.data, self.config.training
        return training_batches(
            self.source,
            image_size=data.image_size,
            batch_size=training.batch_size,
            seed=training.seed,
            start_step=start_step,
            load_size=data.load_size,
            flip=data.flip,
            augment=self.augment,
            **part,
        )

    def held_out_batches(self):
        """Yields the first `training.score_images` held-out pairs in batches, not augmented."""
        if self._held_out_batches is None:
            self._held_out_batches = evaluation_batches(
                self.held_out,
                image_size=self.config.data.image_size,
                batch_size=self.config.training.batch_size,
                num_images=self.config.training.score_images,
            )
        with reading(self.held_out):
            yield from self._held_out_batches

    def held_out_samples(self):
        """Pairs for the sample sheets, spread over the held-out ones.

        Returns: images float32 (n, h, w, 3) in [-1, 1]; label maps int32 (n, h, w), or panoptic
            maps (n, h, w, 2).
        """
        return self._spread(self.held_out, self.config.training.num_samples)

    def measured_pairs(self):
        """A few training and held-out pairs, not augmented, each as `held_out_samples`."""
        return tuple(self._spread(x, NUM_MEASURED) for x in (self.source, self.held_out))

    def _spread(self, source, count):
        """At most `count` pairs, spread over a source."""
        indices = np.linspace(0, len(source) - 1, min(count, len(source))).astype(np.int64)
        size = self.config.data.image_size
        with reading(source):
            pairs = [
                normalize_pair(*resize_pair(*source.load(tf.constant(i)), size=size))
                for i in indices
            ]
        images, label_maps = (np.stack(column) for column in zip(*pairs, strict=True))
        return images, label_maps

    def recalibrated(self, generator):
        """`ema.Recalibration` over the label maps of the run's first batches, and fixed noise.

        Returns: the generator's copy, the same object at every call with this generator.
        """
        if self._recalibration is None or self._recalibration.generator is not generator:
            self._recalibration = ema.Recalibration(generator)
        return self._recalibration(
            self._label_maps_and_noise(generator.z_dim),
            num_batches=self.config.training.recalibration_batches,
        )

    def _label_maps_and_noise(self, z_dim):
        size = self.config.training.batch_size
        if self._first_batches is None:
            self._first_batches = self.batches(start_step=0)
        for index, (_, label_map) in enumerate(self._first_batches):
            seeds = np.arange(index * size, (index + 1) * size)
            yield label_map, noise.seeded_noise(seeds, z_dim) if z_dim else None
