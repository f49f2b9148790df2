"""Models that compute their blocks again in the backward pass learn what others do."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from halves import halves
from tiny import (
    NUM_CLASSES,
    one_block_discriminator,
    tiny_discriminator,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
)

from oasis_tf.losses.label_mix import mask_from_coins
from oasis_tf.models import (
    SPADE,
    Pix2Pix,
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.models.ema import copy_weights

pytestmark = pytest.mark.heavy
BATCH = 2


def oasis(rematerialize, **settings):
    sgd = {f"{network}_optimizer": keras.optimizers.SGD(0.01) for network in NETWORKS}
    return tiny_oasis(**sgd | settings, rematerialize=rematerialize)


NETWORKS = ("generator", "discriminator")


def deep(dtype="float32", **overrides):
    """Networks of two blocks each."""
    return {
        "generator": tiny_generator(dtype=dtype, **overrides),
        "discriminator": tiny_discriminator(dtype=dtype),
    }


def update(model, images, label_map, z):
    """One update of each network. Returns: losses."""
    mask = mask_from_coins(tf.ones((len(images), NUM_CLASSES)), label_map)
    logs = model.update_generator(images, label_map, z)
    return logs | model.update_discriminator(images, label_map, z, mask)


def assert_alike(models, logs, *, tolerance=1e-5):
    other, plain = models
    assert logs[0].keys() == logs[1].keys()
    for name, loss in logs[1].items():
        assert float(logs[0][name]) == pytest.approx(float(loss), rel=tolerance), name
    for actual, expected in zip(other.weights, plain.weights, strict=True):
        scale = np.abs(expected.numpy()).max()
        np.testing.assert_allclose(
            actual, expected, rtol=0, atol=tolerance * scale, err_msg=expected.path
        )


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(
    "settings",
    [
        {"modulation": "dense"},
        {"modulation": "distinct"},
        pytest.param(
            {"label_embedding": 3, "upsampling": "bilinear", "pixel_noise": True},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_update_of_both_networks_is_that_of_a_model_without(settings):
    images, label_map = (tf.constant(array) for array in tiny_pairs(BATCH))
    models, logs = [], []
    for rematerialize in (True, False):
        models.append(oasis(rematerialize, **deep(**settings)))
        logs.append(update(models[-1], images, label_map, tf.constant(tiny_z(BATCH))))
    assert_alike(models, logs)
    generator = models[0].generator
    pairs = zip(generator.weights, models[0].ema_generator.weights, strict=True)
    moved = [not np.array_equal(weight, initial) for weight, initial in pairs]
    assert np.mean(moved) > 0.8  # not biases before a normalisation


@pytest.mark.slow
@pytest.mark.usefixtures("untraced")
def test_low_precision_stays_as_near():
    images, label_map = (tf.constant(array) for array in tiny_pairs(BATCH))
    models, logs = [], []
    for rematerialize in (True, False):
        models.append(oasis(rematerialize, **deep(dtype="mixed_bfloat16")))
        logs.append(update(models[-1], images, label_map, tf.constant(tiny_z(BATCH))))
    assert_alike(models, logs, tolerance=1e-2)


@pytest.mark.usefixtures("untraced")
def test_two_replicas_compute_what_one_device_does(two_replicas):
    settings = {
        "generator": tiny_generator(num_blocks=1),
        "discriminator": one_block_discriminator(),
    }
    alone = oasis(False, **settings)
    with two_replicas.scope():
        shared = oasis(True)
    copy_weights(alone, to=shared)
    batch = *tiny_pairs(BATCH), tiny_z(BATCH)
    logs = two_replicas.run(lambda *half: update(shared, *half), args=halves(two_replicas, batch))
    expected = update(alone, *(tf.constant(array) for array in batch))
    for name, value in expected.items():
        mean = float(two_replicas.reduce("mean", logs[name], axis=None))
        assert mean == pytest.approx(float(value), rel=1e-4), name
    for actual, wanted in zip(shared.weights, alone.weights, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-3, atol=2e-6, err_msg=wanted.path)


@pytest.mark.usefixtures("untraced")
@pytest.mark.slow
def test_spade_learns_the_same():
    rng = np.random.default_rng(0)  # four images: the first blocks are of one pixel
    images = np.float32(rng.uniform(-1, 1, (4, 32, 32, 3)))
    label_map = rng.integers(0, NUM_CLASSES, (4, 32, 32)).astype("int32")
    models, logs = [], []
    for rematerialize in (True, False):
        keras.utils.set_random_seed(0)
        generator = SPADEGenerator(NUM_CLASSES, (32, 32), channels=1, spade_hidden=2, init_gain=1.0)
        discriminator = SPADEDiscriminator(NUM_CLASSES, channels=1, init_gain=1.0)
        model = SPADE(generator, discriminator)
        sgd = [keras.optimizers.SGD(0.01) for _ in range(2)]
        model.compile(*sgd, rematerialize=rematerialize)
        models.append(model)
        logs.append(model.update_generator(images, label_map))
        logs[-1] |= model.update_discriminator(images, label_map)
    assert_alike(models, logs)


def test_it_is_saved_with_a_model():
    assert oasis(True).get_compile_config()["rematerialize"] is True


def test_networks_without_blocks_and_xla_are_refused():
    networks = Pix2PixGenerator(3, (64, 64), channels=1, num_downs=6), Pix2PixDiscriminator(3, 1)
    adams = keras.optimizers.Adam(), keras.optimizers.Adam()
    with pytest.raises(ValueError, match="Pix2PixGenerator cannot rematerialize"):
        Pix2Pix(*networks).compile(*adams, rematerialize=True)
    with pytest.raises(ValueError, match="rematerialize saves nothing with jit_compile"):
        oasis(True, jit_compile=True)
