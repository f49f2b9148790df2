"""Inputs for measuring the ranges of activations, for int8."""

from collections.abc import Iterator
from itertools import cycle, islice

import numpy as np
import tensorflow as tf

from oasis_tf.data import open_source
from oasis_tf.data.transforms import resize_label_map
from oasis_tf.data.validate import READING_FAILURES
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import synthetic_label_maps

SEED = 2  # the verification has other label maps and noise


def calibration_inputs(trained: Trained, *, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Label maps and noise: synthetic label maps with all ids, then some of the training set.

    The synthetic ones make the ranges hold for classes that none of the others contains.

    Args:
        trained: `Trained`.
        count: int, how many; label maps repeat, with other noise, if there are fewer.
    Yields: label map int32 (h, w), z float32 (z_dim,).
    Raises: DataError if the run's data cannot be read.
    """
    size = trained.live.image_size
    label_maps = synthetic_label_maps(trained.live.num_classes, size=size, seed=SEED)
    label_maps += _training_label_maps(trained, count=count - len(label_maps))
    noise = np.random.default_rng(SEED)
    for label_map in islice(cycle(label_maps), count):
        yield label_map, noise.standard_normal(trained.live.z_dim, np.float32)


def _training_label_maps(trained, *, count):
    """Evenly spaced through the training set; no image is decoded."""
    source = open_source(split="train", **trained.config.data.source_arguments())

    @tf.function(input_signature=[tf.TensorSpec((), tf.int64)])
    def load(index):  # TensorFlow prunes the decoding of the image, which is unused
        label_map = resize_label_map(source.load(index)[1], size=trained.live.image_size)
        return tf.cast(label_map, tf.int32)

    label_maps = []
    for index in np.linspace(0, len(source) - 1, min(max(count, 0), len(source))).astype(int):
        try:
            label_maps.append(load(index).numpy())
        except READING_FAILURES:
            source.diagnose(int(index))
            raise
    return label_maps
