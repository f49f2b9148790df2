"""What both backends of `benchmarks.gpu` share: networks of equal weights, inputs, times."""

import statistics
import time
from typing import NamedTuple

import keras
import numpy as np

from oasis_tf.layers import SpectralConv2D
from oasis_tf.losses.adversarial import class_counts, class_weights
from oasis_tf.models import OASISDiscriminator, OASISGenerator

POLICIES = {"float32": "float32", "tf32": "float32", "bfloat16": "mixed_bfloat16"}
UPDATES = 2  # whose losses are compared; the second depends on the gradients of the first
LEARNING_RATE, BETAS = 1e-3, (0.0, 0.999)  # ten times OASIS's: the loss changes beyond rounding
POWER_ITERATIONS = 10


class Inputs(NamedTuple):
    """Of one batch, float32 and int32 arrays; random, the same ones every time.

    Dense modulation takes equal time for all label maps.
    """

    label_map: np.ndarray  # (b, h, w)
    z: np.ndarray  # (b, z_dim)
    image: np.ndarray  # (b, h, w, 3)
    class_weights: np.ndarray  # (num_classes,)


class Measured(NamedTuple):
    """One row of the table.

    Attributes:
        how: str, such as "jax.jit" or "eager".
        seconds: float, median of a call.
        peak_bytes: int, or None where it cannot be measured.
        outputs: array of the first call: images, logits, or the losses of `UPDATES` updates.
    """

    how: str
    seconds: float
    peak_bytes: int | None
    outputs: np.ndarray


def networks(config, *, precision):
    """Generator and discriminator of Keras, of the same random weights for every precision."""
    keras.utils.set_random_seed(2)
    fresh = {"init_gain": 1.0, "dtype": POLICIES[precision]}
    generator = OASISGenerator(**config.generator.model_dump() | fresh)
    own = config.discriminator.model_dump(include={"num_classes", "channels", "spectral_norm"})
    discriminator = OASISDiscriminator(**own | fresh)
    for block in (*generator.blocks, *discriminator.encoder, *discriminator.decoder):
        for conv in (block.conv_0, block.conv_1, block.conv_s):
            if isinstance(conv, SpectralConv2D):
                settle(conv)
    return generator, discriminator


def settle(conv):
    """Makes power iterations, as training does: those of a new layer are of random vectors."""
    for _ in range(POWER_ITERATIONS):
        conv.sigma(power_iteration=True)


def inputs(config, *, batch_size):
    rng = np.random.default_rng(0)
    size, num_classes = tuple(config.data.image_size), config.data.num_classes
    label_map = rng.integers(0, num_classes, (batch_size, *size)).astype(np.int32)
    weights = class_weights(class_counts(keras.ops.convert_to_tensor(label_map), num_classes))
    return Inputs(
        label_map=label_map,
        z=rng.standard_normal((batch_size, config.generator.z_dim), np.float32),
        image=rng.uniform(-1, 1, (batch_size, *size, 3)).astype(np.float32),
        class_weights=keras.ops.convert_to_numpy(weights),
    )


def median_seconds(call, *, repeats):
    """Of calls that return when the work is done."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
