"""What a run's generator costs: parameters, multiply-adds, seconds of an image."""

import statistics
import time
from pathlib import Path

import tensorflow as tf

from oasis_tf.models.fold import fold
from oasis_tf.models.multiply_adds import folded_multiply_adds
from oasis_tf.runs.checkpoint import load_generator
from oasis_tf.runtime import noise

TIMED = 9  # images


def network_facts(checkpoint: Path) -> dict:
    """Facts of a checkpoint's generator in JSON's types.

    Returns: dict of
        parameters: int, trained ones.
        multiply_adds: int, of an image, folded; see `folded_multiply_adds`.
        seconds_per_image: float, median of `TIMED` images, one at a time, on this machine, folded.
        has_noise: bool.
    """
    generator = load_generator(checkpoint)
    generator.trainable = True
    return {
        "parameters": sum(int(tf.size(weight)) for weight in generator.trainable_variables),
        "multiply_adds": folded_multiply_adds(generator),
        "seconds_per_image": _seconds_per_image(fold(generator)),
        "has_noise": bool(generator.z_dim),
    }


def _seconds_per_image(generator):
    label_map = tf.zeros((1, *generator.label_map_shape), tf.int32)
    z = noise.seeded_noise([0], generator.z_dim) if generator.z_dim else None
    paint = tf.function(generator)
    times = []
    for _ in range(TIMED + 1):  # the first call traces
        start = time.perf_counter()
        paint(label_map, z).numpy()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])
