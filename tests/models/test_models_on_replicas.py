"""A step of SPADE or Pix2Pix on two replicas computes what it does on one device."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from halves import halves
from tiny import NUM_CLASSES

from oasis_tf.models import (
    SPADE,
    Pix2Pix,
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.models.ema import copy_weights

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("untraced")]
BATCH = 4


def spade():
    settings = {"channels": 1, "spade_hidden": 2, "init_gain": 1.0, "z_dim": 3}
    discriminator = SPADEDiscriminator(NUM_CLASSES, channels=1, init_gain=1.0)
    return SPADE(SPADEGenerator(NUM_CLASSES, (32, 32), **settings), discriminator)


def pix2pix():
    generator = Pix2PixGenerator(NUM_CLASSES, (64, 64), channels=1, num_downs=6)
    return Pix2Pix(generator, Pix2PixDiscriminator(NUM_CLASSES, channels=1))


def compiled(make):
    model = make()
    model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01), seed=3)
    return model


def a_step(model, real, label_map):
    return model.updates(real, label_map, model.draws(label_map))


def pairs(size):
    rng = np.random.default_rng(0)
    brightness = np.linspace(-0.5, 0.5, BATCH)[:, None, None, None]  # so that the halves differ
    images = rng.uniform(-0.5, 0.5, (BATCH, *size, 3)) + brightness
    return np.float32(images), rng.integers(0, NUM_CLASSES, (BATCH, *size)).astype(np.int32)


@pytest.mark.parametrize("make", [spade, pytest.param(pix2pix, marks=pytest.mark.slow)])
def test_two_replicas_step_like_one_device(two_replicas, make):
    alone = compiled(make)
    with two_replicas.scope():
        shared = compiled(make)
    copy_weights(alone, to=shared)
    before = [weight.numpy() for weight in alone.weights]
    batch = pairs(alone.generator.image_size)
    logs = two_replicas.run(lambda *half: a_step(shared, *half), args=halves(two_replicas, batch))
    expected = a_step(alone, *(tf.constant(array) for array in batch))
    assert ("kld" in expected) == (make is spade)
    for name, value in expected.items():
        mean = float(two_replicas.reduce("mean", logs[name], axis=None))
        assert mean == pytest.approx(float(value), rel=1e-4, abs=1e-6), name
    moved = 0
    for weight, same, old in zip(shared.weights, alone.weights, before, strict=True):
        np.testing.assert_allclose(weight, same, rtol=1e-3, atol=2e-6, err_msg=weight.path)
        moved += bool((same.numpy() != old).any())
    assert moved > 0.9 * len(before)
