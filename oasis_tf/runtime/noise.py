"""Random numbers by stateless ops: the seed is the whole state.

The algorithm is fixed, so that all devices draw the same numbers. XLA computes other numbers from
the same random bits, so draws are excluded from auto-clustering. Functions of `jit_compile=True`
are compiled as a whole: draw before calling them.
"""

from contextlib import nullcontext

import numpy as np
import tensorflow as tf

NUM_STREAMS = 4
ALGORITHM = "philox"


def step_seed(*, seed, step, stream):
    """Returns a stateless seed, int64 (2,), of its own for every (seed, step, stream).

    Args:
        seed: int, the run's seed. step: int scalar, the training step, below 2**32.
        stream: int >= 0, which of the step's draws this is. Streams from 4 on take the steps that
            no run reaches.
    """
    more, stream = divmod(stream, NUM_STREAMS)
    first = tf.cast(seed, tf.int64) * NUM_STREAMS + stream
    return tf.stack((first, tf.cast(step, tf.int64) + more * 2**32))


def normal(shape, *, seed):
    """Standard normal float32 of a shape; seed int (2,)."""
    with not_clustered():
        return tf.random.stateless_normal(shape, seed=seed, alg=ALGORITHM)


def uniform(shape, *, seed):
    """Uniform float32 in [0, 1) of a shape; seed int (2,)."""
    with not_clustered():
        return tf.random.stateless_uniform(shape, seed=seed, alg=ALGORITHM)


def coins(shape, *, seed):
    """Fair coins, float32 0 or 1, of a shape; seed int (2,)."""
    return tf.cast(uniform(shape, seed=seed) < 0.5, tf.float32)


def not_clustered():
    """A context whose ops are excluded from XLA's auto-clustering."""
    if tf.executing_eagerly():
        return nullcontext()
    return tf.xla.experimental.jit_scope(compile_ops=False)


def seeds_of_batch(seed, *, batch_size):
    """Returns one seed an image, int (batch_size,); for an int, image i has seed + i.

    Raises: ValueError if `seed` is neither an int nor as many as there are images.
    """
    seeds = np.asarray(seed)
    seeds = seeds + np.arange(batch_size) if seeds.ndim == 0 else seeds
    if seeds.shape != (batch_size,):
        raise ValueError(
            f"seed must be an int or one int an image, ({batch_size},); got {seeds.shape}."
        )
    return seeds


def seeded_noise(seeds, z_dim):
    """Draws one noise vector a seed, independent of the rest of the batch.

    Args:
        seeds: int (b,).
        z_dim: int.
    Returns: float32 (b, z_dim), standard normal.
    """

    def draw(seed):
        return normal((z_dim,), seed=tf.stack([seed, 0]))

    return tf.map_fn(draw, tf.cast(seeds, tf.int64), fn_output_signature=tf.float32)
