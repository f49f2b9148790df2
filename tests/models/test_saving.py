"""A loaded model goes on as if it had never been saved: Adam's moments, EMA, u, v and the step."""

import keras
import numpy as np
import pytest
from tiny import (
    assert_same_weights,
    fit,
    tiny_discriminator,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)

from oasis_tf.optimizers.adam import Adam

pytestmark = pytest.mark.heavy


def test_a_saved_model_goes_on_like_the_one_that_was_not(tmp_path):
    model = tiny_oasis(
        generator_optimizer=Adam(1e-2, beta_1=0.5, beta_2=0.9, epsilon=1e-6),
        discriminator_optimizer=Adam(2e-2, beta_1=0.5, beta_2=0.9, epsilon=1e-6),
        lambda_label_mix=3.0,
        class_balancing=False,
        seed=4,
        run_eagerly=True,
    )
    fit(model, num_batches=2)
    model.save(tmp_path / "oasis.keras")
    loaded = keras.saving.load_model(tmp_path / "oasis.keras")
    loaded.run_eagerly = True
    assert_trains_on_alike(loaded, model)


@pytest.mark.slow
def test_saved_weights_go_on_like_the_model_they_are_of(tmp_path):
    model = tiny_oasis(tiny_generator(), tiny_discriminator(), seed=4, run_eagerly=True)
    fit(model)
    model.save_weights(tmp_path / "oasis.weights.h5")
    other_networks = tiny_generator(seed=7), tiny_discriminator(seed=8)
    loaded = tiny_oasis(*other_networks, seed=4, run_eagerly=True)
    loaded.load_weights(tmp_path / "oasis.weights.h5")
    assert_trains_on_alike(loaded, model)


def assert_trains_on_alike(loaded, model):
    assert_same_weights(weights_of(loaded), weights_of(model))
    label_map = tiny_pairs(2)[1]
    expected = model.generate(label_map, seed=0)
    np.testing.assert_allclose(loaded.generate(label_map, seed=0), expected, atol=1e-6)
    for one in (model, loaded):
        fit(one, num_batches=1)
    assert_same_weights(weights_of(loaded), weights_of(model))


@pytest.mark.parametrize("norm", ["batch", "instance", "none"])
@pytest.mark.parametrize("spectral_norm", [True, False])
def test_a_saved_generator_makes_the_same_images(tmp_path, norm, spectral_norm):
    assert_saved_alike(tmp_path, tiny_generator(norm=norm, spectral_norm=spectral_norm))


def test_a_saved_generator_keeps_its_label_embedding(tmp_path):
    assert_saved_alike(tmp_path, tiny_generator(label_embedding=3))


def assert_saved_alike(folder, generator):
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    image = generator(label_map, z)
    generator.save(folder / "generator.keras")
    loaded = keras.saving.load_model(folder / "generator.keras")
    np.testing.assert_array_equal(loaded(label_map, z), image)


@pytest.mark.parametrize("spectral_norm", [True, False])
def test_a_saved_discriminator_says_the_same(tmp_path, spectral_norm):
    discriminator = tiny_discriminator(spectral_norm=spectral_norm)
    images, _ = tiny_pairs(2)
    logits = discriminator(images)
    discriminator.save(tmp_path / "discriminator.keras")
    loaded = keras.saving.load_model(tmp_path / "discriminator.keras")
    np.testing.assert_array_equal(loaded(images), logits)
