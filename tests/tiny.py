"""Networks that run in milliseconds, with weights of a healthy size, and batches for them."""

import keras
import numpy as np
import tensorflow as tf
from golden_weights import state_dict

from oasis_tf.models import OASIS, OASISDiscriminator, OASISGenerator
from oasis_tf.weights import official_names

NUM_CLASSES = 5
HEIGHT, WIDTH = 8, 12
Z_DIM = 3


def tiny_generator(seed=1, **overrides):
    """An `OASISGenerator` for 8x12; its biases and statistics are not at their initial values."""
    arguments = {
        "num_classes": NUM_CLASSES,
        "image_size": (HEIGHT, WIDTH),
        "channels": 2,
        "num_blocks": 2,
        "z_dim": Z_DIM,
        "spade_hidden": 4,
    }
    return set_weights("G", OASISGenerator(**arguments | overrides), seed)


def tiny_discriminator(seed=2, **overrides):
    """An `OASISDiscriminator` that halves the 8x12 twice."""
    arguments = {"num_classes": NUM_CLASSES, "channels": (4, 6)}
    return set_weights("D", OASISDiscriminator(**arguments | overrides), seed)


def one_block_discriminator(**overrides):
    """An `OASISDiscriminator` that halves the 8x12 once."""
    return tiny_discriminator(**{"channels": (4,)} | overrides)


def tiny_oasis(generator=None, discriminator=None, **compile_arguments):
    """A compiled `OASIS` that learns in big steps.

    Its networks have one block, unless others are passed: tracing and steps in eager mode take
    time in proportion to the number of layers.
    """
    networks = generator or tiny_generator(num_blocks=1), discriminator or one_block_discriminator()
    model = OASIS(*networks)
    arguments = {
        "generator_optimizer": keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=1e-3),
        "discriminator_optimizer": keras.optimizers.Adam(2e-2, beta_1=0.5, epsilon=1e-3),
        "ema_decay": 0.5,
    }
    model.compile(**arguments | compile_arguments)
    return model


def tiny_pairs(count, seed=0):
    """Images (count, 8, 12, 3) in [-1, 1] and label maps (count, 8, 12) with all classes."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, (count, HEIGHT, WIDTH, 3)).astype(np.float32)
    return images, rng.integers(0, NUM_CLASSES, (count, HEIGHT, WIDTH)).astype(np.int32)


def tiny_data(num_batches, batch_size=2, seed=0):
    """A `tf.data.Dataset` of batches, always in the same order."""
    pairs = tiny_pairs(num_batches * batch_size, seed)
    return tf.data.Dataset.from_tensor_slices(pairs).batch(batch_size, drop_remainder=True)


def fit(model, num_batches=3, **arguments):
    """Trains on `tiny_data` in silence; returns what `model.fit` does."""
    return model.fit(tiny_data(num_batches), verbose=0, **arguments)


def tiny_z(count, seed=0):
    return np.random.default_rng(seed).standard_normal((count, Z_DIM)).astype(np.float32)


def weights_of(model):
    """All weights as a list of arrays."""
    return [variable.numpy() for variable in model.weights]


def assert_same_weights(actual, expected):
    for a, b in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def set_weights(prefix, network, seed):
    """Gives a network the weights of `golden_weights.state_dict`; returns it."""
    entries = official_names.entries(network)
    arrays = state_dict(prefix, {key: entry.shape for key, entry in entries.items()}, seed)
    for key, entry in entries.items():
        if entry.variable is not None:
            entry.variable.assign(entry.to_ours(arrays[key]))
    return network
