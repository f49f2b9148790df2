"""What benchmarks of one image share: calls that take turns, and ratios."""

import statistics
import time

import keras
import tensorflow as tf

from oasis_tf.models import OASISGenerator


def generator_of(config):
    """Of random weights, the same ones every time."""
    keras.utils.set_random_seed(2)  # of contrast, and few pixels are saturated
    fresh = {"init_gain": 1.0, "spectral_norm": False}
    return OASISGenerator(**config.generator.model_dump() | fresh)


def noise_of(config):
    return tf.random.stateless_normal((1, config.generator.z_dim), (0, 1))


def take_turns(calls, *, repeats):
    """Lists of seconds, one a call, which run in turn; the first turn is not counted."""
    times = [[seconds(call) for call in calls] for _ in range(repeats + 1)]
    return [list(column) for column in zip(*times[1:], strict=True)]


def seconds(call):
    start = time.perf_counter()
    tf.nest.map_structure(lambda tensor: tf.reshape(tensor, (-1,))[:1].numpy(), call())
    return time.perf_counter() - start


def median_ratio(times, others):
    return statistics.median(a / b for a, b in zip(times, others, strict=True))
