"""Training with augmentation of the discriminator's inputs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    HEIGHT,
    WIDTH,
    assert_same_weights,
    fit,
    tiny_data,
    tiny_discriminator,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)
from tiny_checkpoint import saved_and_loaded, tiny_checkpoint
from toy_gan import FeatureMatching, HingeAdversarial, toy

from oasis_tf.augment.augmentation import NUM_DRAWS, Augmentation
from oasis_tf.losses import adversarial as losses
from oasis_tf.losses import label_mix
from oasis_tf.losses.adversarial import NPlusOneAdversarial
from oasis_tf.losses.l1 import L1
from oasis_tf.runs import checkpoint

NETWORKS = ("generator", "discriminator")
SETTINGS = {"translation": 0.25, "cutout": 0.5, "color": 1.0}


def augmented(**arguments):
    return toy(augmentation=Augmentation(**SETTINGS), **arguments)


def draws_of_images(count, seed=0):
    return tf.constant(np.random.default_rng(seed).random((count, NUM_DRAWS), dtype=np.float32))


def test_without_augmentation_nothing_more_is_drawn():
    label_map = tf.constant(tiny_pairs(2)[1])
    plain, more = toy().draws(label_map), augmented().draws(label_map)
    assert set(plain) == {"generator_z", "discriminator_z"}
    assert set(more) - set(plain) == {"generator_augmentation", "discriminator_augmentation"}
    for name, draw in plain.items():
        np.testing.assert_array_equal(draw, more[name])
    generators, discriminators = (more[f"{name}_augmentation"].numpy() for name in NETWORKS)
    assert generators.shape == (2, NUM_DRAWS) and (generators != discriminators).all()


def test_losses_are_means_over_the_pixels_that_the_discriminator_saw():
    """Against the formulas in NumPy, of what the view shows."""
    model = tiny_oasis(
        tiny_generator(spectral_norm=False, norm="instance"),
        tiny_discriminator(spectral_norm=False),
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        generator_losses=[NPlusOneAdversarial(), L1()],
        lambda_label_mix=3.0,
        log_gradient_norms=False,
        augmentation=Augmentation(**SETTINGS),
    )
    (real, label_map), z, draws = tiny_pairs(2), tiny_z(2), draws_of_images(2)
    mask = np.float32(label_map % 2)[..., None]
    logs = model.update_generator(real, label_map, z, augmentation=draws)
    logs |= model.update_discriminator(real, label_map, z, mask, augmentation=draws)

    view = model.augmentation.view(draws, image_size=(HEIGHT, WIDTH))
    fake = model.generator(label_map, z)
    seen_fake, seen_real, moved = view.image(fake), view.image(real), view.move(label_map).numpy()
    moved_mask = view.move(mask).numpy()
    mixed = label_mix.mix(seen_real, seen_fake, moved_mask)
    fakes, reals, mixes = (
        np.float64(model.discriminator(image)) for image in (seen_fake, seen_real, mixed)
    )
    is_seen = view.move(np.ones_like(label_map)).numpy() == 1
    assert 0.2 < is_seen.mean() < 0.9
    weights = losses.class_weights(np.float32(np.bincount(label_map.ravel()))).numpy()
    expected = {
        "g_adv": (weights[moved] * cross_entropy(fakes, moved + 1))[is_seen].mean(),
        "g_l1": np.abs(fake - real).mean(),
        "d_real": (weights[moved] * cross_entropy(reals, moved + 1))[is_seen].mean(),
        "d_fake": cross_entropy(fakes, np.zeros_like(moved))[is_seen].mean(),
        "d_label_mix": 3
        * np.square(mixes - (moved_mask * reals + (1 - moved_mask) * fakes))[is_seen].mean(),
    }
    assert {k: float(v) for k, v in logs.items()} == pytest.approx(expected, rel=1e-4)


def cross_entropy(logits, target):
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]


def test_the_discriminators_scores_ignore_what_was_removed():
    model = tiny_oasis(augmentation=Augmentation(cutout=0.5))
    (real, label_map), z, draws = tiny_pairs(2), tiny_z(2), draws_of_images(2)
    mask = np.ones((2, HEIGHT, WIDTH, 1), np.float32)
    model.update_discriminator(real, label_map, z, mask, augmentation=draws)
    view = model.augmentation.view(draws, image_size=(HEIGHT, WIDTH))
    moved = view.move(label_map).numpy()
    labelled = model.real_score.confusion.numpy()[1:].sum()
    assert labelled == (moved > 0).sum() < (label_map > 0).sum()


def test_the_generator_learns_through_the_view():
    """Its step at rate 1 is the gradient of the losses of what the discriminator sees."""
    model = augmented(
        generator_optimizer=keras.optimizers.SGD(1.0), generator_losses=[HingeAdversarial()]
    )
    (real, label_map), z, draws = tiny_pairs(2), tiny_z(2), draws_of_images(2)
    bias = model.generator.conv.bias
    before = bias.numpy()
    view = model.augmentation.view(draws, image_size=(HEIGHT, WIDTH))
    with tf.GradientTape() as tape:
        fake = view.image(model.generator(label_map, z))
        outputs = model.discriminator(fake, view.move(label_map))
        loss = -sum(tf.reduce_mean(logits) for _, logits in outputs) / 2
    expected = tape.gradient(loss, bias.value).numpy()
    model.update_generator(real, label_map, z, augmentation=draws)
    assert np.abs(expected).max() > 1e-4
    np.testing.assert_allclose(before - bias.numpy(), expected, rtol=1e-3, atol=1e-6)


def test_features_of_equal_images_are_equal():
    """Real and fake of a label map get the same draw."""
    (real, label_map), draws = tiny_pairs(2), draws_of_images(2)
    passed = augmented().forward_pass(real, tf.constant(real), label_map, augmentation=draws)
    assert float(FeatureMatching()(passed)) == 0.0
    assert np.abs(passed.real - real).max() > 0.1


def test_an_evaluation_is_not_augmented():
    logs = [m.evaluate(tiny_data(1), verbose=0, return_dict=True) for m in (toy(), augmented())]
    assert logs[0] == logs[1]


def test_updates_without_their_draws_are_refused():
    real, label_map = tiny_pairs(2)
    with pytest.raises(ValueError, match="its updates need the draws"):
        augmented().update_generator(real, label_map, tiny_z(2))


@pytest.mark.slow
def test_two_replicas_train_like_one_device(two_replicas):
    def train(strategy):
        with strategy.scope():
            model = augmented(run_eagerly=False)
        return fit(model, 2).history, weights_of(model)

    history, alone = train(tf.distribute.get_strategy())
    shared_history, shared = train(two_replicas)
    assert shared_history == {k: pytest.approx(v, rel=1e-4) for k, v in history.items()}
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_a_saved_and_a_resumed_model_go_on_like_the_one_that_was_not(tmp_path):
    model, resumed = augmented(), augmented()
    fit(model, num_batches=2)
    path = tiny_checkpoint(tmp_path, model)
    checkpoint.restore(resumed, path)
    loaded = saved_and_loaded(tmp_path, model)
    assert loaded.augmentation.get_config() == model.augmentation.get_config()
    for one in (model, resumed, loaded):
        fit(one, num_batches=1)
    assert_same_weights(weights_of(resumed), weights_of(model))
    assert_same_weights(weights_of(loaded), weights_of(model))
    plain = toy()
    fit(plain, num_batches=3)
    biases = [one.generator.conv.bias.numpy() for one in (plain, model)]
    assert np.abs(biases[0] - biases[1]).max() > 1e-4
