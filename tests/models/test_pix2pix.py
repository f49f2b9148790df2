"""Pix2Pix beside its recordings: noise by dropout, test behaviour, one fake a step, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import HEIGHT, NUM_CLASSES, WIDTH, tiny_pairs, weights_of

from oasis_tf.losses.bce import bce_loss
from oasis_tf.models import Pix2Pix, Pix2PixDiscriminator, Pix2PixGenerator
from oasis_tf.models.pix2pix import generator as pix2pix_generator

pytestmark = pytest.mark.usefixtures("untraced")


def healthy(network, seed=1):
    """Scales the initial kernels up, so that small networks make images of some contrast."""
    rng = np.random.default_rng(seed)
    for weight in network.trainable_weights:
        spread = 0.7 / np.sqrt(np.prod(weight.shape[:-2]) / 4) if len(weight.shape) == 4 else 0.1
        mean = 1.0 if weight.name == "scale" else 0.0
        weight.assign(rng.normal(mean, spread, weight.shape))
    return network


def tiny_generator(**settings):
    """Without dropout: only two halvings."""
    arguments = {"image_size": (HEIGHT, WIDTH), "channels": 2, "num_downs": 2}
    return healthy(Pix2PixGenerator(NUM_CLASSES, **arguments | settings))


def tiny_discriminator(**settings):
    return healthy(Pix2PixDiscriminator(NUM_CLASSES, channels=2, num_layers=1, **settings), seed=2)


def tiny_pix2pix(**settings):
    model = Pix2Pix(tiny_generator(), tiny_discriminator())
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), **settings)
    return model


@pytest.fixture(scope="module")
def noisy():
    """Two maps with dropout, 8x8x8 and 4x4x8."""
    return healthy(Pix2PixGenerator(NUM_CLASSES, (128, 128), channels=1, num_downs=7))


def label_maps(count, size=128, seed=0):
    blocks = np.random.default_rng(seed).integers(0, NUM_CLASSES, (count, size // 8, size // 8))
    return blocks.repeat(8, axis=1).repeat(8, axis=2).astype(np.int32)


def test_its_noise_is_dropout_of_as_many_units_as_the_official_network_drops(noisy):
    assert noisy.z_dim == 8 * 8 * 8 + 4 * 4 * 8
    assert Pix2PixGenerator(2, (32, 64), channels=1, num_downs=5).z_dim == 0
    z = np.linspace(-3, 3, noisy.z_dim, dtype=np.float32)[None]
    masks = noisy._dropout_masks(label_maps(1), z)
    factors = np.concatenate([np.ravel(masks[i]) for i in (4, 5)])
    np.testing.assert_array_equal(factors, np.where(z[0] >= 0, 2.0, 0.0))


def test_the_rate_of_dropout_and_its_scale():
    generator = Pix2PixGenerator(2, (64, 64), channels=8, num_downs=6, dropout=0.2)
    z = np.random.default_rng(0).standard_normal((4, generator.z_dim)).astype(np.float32)
    (factors,) = generator._dropout_masks(np.zeros((4, 64, 64, 1)), z).values()
    assert set(np.unique(factors)) == {0.0, np.float32(1.25)}
    assert np.mean(factors == 0) == pytest.approx(0.2, abs=0.02)


def test_an_image_depends_on_its_seed_and_label_map_only(noisy):
    model = Pix2Pix(noisy, tiny_discriminator())
    maps = label_maps(3)
    together = model.generate(maps, seed=[5, 6, 7])
    alone = model.generate(maps[1:2], seed=6)
    np.testing.assert_allclose(together[1:2], alone, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(alone, model.generate(maps[1:2], seed=6))
    assert np.abs(alone - model.generate(maps[1:2], seed=7)).max() > 1e-2
    assert np.abs(noisy(maps[:1]) - noisy(maps[:1])).max() > 1e-2  # new noise at every call


def test_inference_is_training_mode_on_one_image_unless_running_statistics_are_asked_for():
    generator, label_map = tiny_generator(), tiny_pairs(1)[1]
    expected = generator(label_map)
    running = Pix2PixGenerator.from_config(generator.get_config() | {"statistics": "running"})
    running.set_weights(generator.get_weights())
    assert np.abs(running(label_map) - expected).max() > 1e-2
    np.testing.assert_allclose(generator(label_map, training=True), expected, rtol=0, atol=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match="near sizes are|32x64"):
        Pix2PixGenerator(2, (30, 64), num_downs=5)
    with pytest.raises(ValueError, match="num_downs must be at least 2"):
        Pix2PixGenerator(2, (32, 32), num_downs=1)
    with pytest.raises(ValueError, match="statistics must be one of image, running"):
        tiny_generator(statistics="batch")
    with pytest.raises(ValueError, match="dropout must be"):
        tiny_generator(dropout=1.0)
    generator = Pix2PixGenerator(2, (64, 64), channels=1, num_downs=6)
    with pytest.raises(ValueError, match=r"z must be \(1, 128\)"):
        generator(np.zeros((1, 64, 64), np.int32), np.zeros((1, 64, 64, 128), np.float32))
    with pytest.raises(ValueError, match="at least 24; got 16x24"):
        Pix2PixDiscriminator(2, channels=1)(np.zeros((1, 16, 24, 3)), np.zeros((1, 16, 24)))


def test_cross_entropy_by_hand():
    logits = np.log([[3.0, 1 / 3]])  # probabilities 3/4 and 1/4
    assert float(bce_loss(logits, is_real=True)) == pytest.approx(-np.log(3 / 16) / 2)
    assert float(bce_loss(logits[:, :1], is_real=False)) == pytest.approx(np.log(4))


def test_the_discriminator_follows_half_of_its_own_losses_and_all_of_others():
    losses = {"d_fake": 1.0, "d_real": 3.0, "d_other": 10.0}
    assert tiny_pix2pix().total_loss(losses, "discriminator") == 12.0
    assert tiny_pix2pix().total_loss({"g_gan": 1.0, "g_l1": 2.0}, "generator") == 3.0


def test_a_step_makes_one_fake_with_one_draw(monkeypatch):
    model = tiny_pix2pix()
    calls = []
    monkeypatch.setattr(
        pix2pix_generator,
        "require_label_map",
        lambda label_map, **_: calls.append(1) or label_map[..., None],
    )
    images, maps = tiny_pairs(2)
    logs = model.train_on_batch(images, maps, return_dict=True)
    assert len(calls) == 1
    assert {"g_gan", "g_l1", "d_fake", "d_real", "loss"} <= set(logs)


def test_two_replicas_do_what_one_does(two_replicas):
    batch = tiny_pairs(4)
    alone = tiny_pix2pix()
    logs = alone.train_on_batch(*batch, return_dict=True)
    with two_replicas.scope():
        model = tiny_pix2pix()
    data = tf.data.Dataset.from_tensor_slices(batch).batch(4)
    history = model.fit(data, verbose=0).history
    for name in ("g_gan", "g_l1", "d_fake", "d_real"):
        assert history[name][0] == pytest.approx(float(logs[name]), rel=1e-4), name
    for one, other in zip(weights_of(alone.generator), weights_of(model.generator), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=5e-4)


@pytest.mark.parametrize("name", ["pix2pix.keras", "pix2pix.weights.h5"])
def test_saved_and_loaded_it_goes_on_alike(tmp_path, name):
    model = tiny_pix2pix()
    model.train_on_batch(*tiny_pairs(2))
    path = tmp_path / name
    if name.endswith(".keras"):
        model.save(path)
        loaded = keras.saving.load_model(path)
    else:
        model.save_weights(path)
        loaded = tiny_pix2pix()
        loaded.load_weights(path)
    maps = tiny_pairs(2)[1]
    np.testing.assert_array_equal(loaded.generate(maps), model.generate(maps))
    if name.endswith(".keras"):
        logs = [m.train_on_batch(*tiny_pairs(2, seed=1), return_dict=True) for m in (loaded, model)]
        assert logs[0] == pytest.approx(logs[1], rel=1e-6)
