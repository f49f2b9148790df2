"""Another adversarial model needs one file: its networks, its losses, and no edit elsewhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    assert_same_weights,
    fit,
    tiny_data,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)
from tiny_checkpoint import saved_and_loaded, tiny_checkpoint
from toy_gan import (
    FeatureMatching,
    HingeAdversarial,
    SharedFake,
    ToyGenerator,
    toy,
)

from oasis_tf.losses.adversarial import NPlusOneAdversarial
from oasis_tf.losses.l1 import L1
from oasis_tf.losses.loss import Loss
from oasis_tf.runs import checkpoint
from oasis_tf.runs.training_state import training_state

LOSSES = {"g_adv", "g_features", "d_fake", "d_real"}
NORMS = {"g_gradient_norm", "d_gradient_norm"}


def test_fit_and_evaluate_log_its_losses_and_count_its_steps():
    model = toy(run_eagerly=False)
    logs = fit(model, num_batches=3).history
    assert set(logs) == LOSSES | NORMS | {"loss"}
    assert logs["loss"][0] == pytest.approx(sum(logs[name][0] for name in LOSSES), rel=1e-5)
    assert int(model.step) == 3
    tested = model.evaluate(tiny_data(1), verbose=0, return_dict=True)
    assert set(tested) == LOSSES | {"loss"}


def test_each_network_follows_the_gradient_of_its_losses():
    """Plain gradient descent moves a weight by the rate times the gradient of the weighted sum."""
    rates = {
        f"{network}_optimizer": keras.optimizers.SGD(0.1)
        for network in ("generator", "discriminator")
    }
    model = toy(generator_losses=[HingeAdversarial(weight=2.0), FeatureMatching(3.0)], **rates)
    (real, label_map), z = tiny_pairs(2), tiny_z(2)
    bias, kernel = model.generator.conv.bias, model.discriminator.scales[1][0].kernel
    before = bias.numpy(), kernel.numpy()
    with tf.GradientTape() as tape:
        fakes = model.discriminator(model.generator(label_map, z), label_map)
        reals = model.discriminator(real, label_map)
        loss = -sum(tf.reduce_mean(logits) for _, logits in fakes)
        for (fake, _), (actual, _) in zip(fakes, reals, strict=True):
            loss += 3.0 * tf.reduce_mean(tf.abs(fake - actual))
    logs = model.update_generator(real, label_map, z)
    assert float(logs["g_adv"] + logs["g_features"]) == pytest.approx(float(loss), rel=1e-5)
    expected = before[0] - 0.1 * tape.gradient(loss, bias.value)
    np.testing.assert_allclose(bias.numpy(), expected, rtol=1e-4, atol=1e-6)

    with tf.GradientTape() as tape:
        fakes = model.discriminator(model.generator(label_map, z), label_map)
        reals = model.discriminator(real, label_map)
        loss = sum(tf.reduce_mean(tf.nn.relu(1 + logits)) / 2 for _, logits in fakes)
        loss += sum(tf.reduce_mean(tf.nn.relu(1 - logits)) / 2 for _, logits in reals)
    model.update_discriminator(real, label_map, z)
    expected = before[1] - 0.1 * tape.gradient(loss, kernel.value)
    np.testing.assert_allclose(kernel.numpy(), expected, rtol=1e-4, atol=1e-6)


def test_both_updates_may_share_one_fake():
    """The generator's gradient is that of the updated discriminator, for the fake from before."""
    model = toy(
        SharedFake,
        generator_losses=[HingeAdversarial()],
        generator_optimizer=keras.optimizers.SGD(0.1),
    )
    (real, label_map), z = tiny_pairs(2), tiny_z(2)
    bias, kernel = model.generator.conv.bias, model.discriminator.scales[0][0].kernel
    before, kernel_before = bias.numpy(), kernel.numpy()
    model.updates(real, label_map, {"generator_z": z})
    assert (kernel.numpy() != kernel_before).any()
    moved = bias.numpy()
    bias.assign(before)
    with tf.GradientTape() as tape:
        fake = ToyGenerator.call(model.generator, label_map, z)
        loss = -sum(tf.reduce_mean(x) / 2 for _, x in model.discriminator(fake, label_map))
    # The kernel of the generator moved too, so the fake of before is that of a copy.
    assert np.abs(moved - before).max() > 1e-4
    direction = tape.gradient(loss, bias.value).numpy()
    assert np.dot(before - moved, direction) > 0.9 * np.linalg.norm(before - moved) * (
        np.linalg.norm(direction)
    )


def test_it_generates_by_its_ema():
    model = toy()
    fit(model, num_batches=2)
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    expected = model.ema_generator(label_map, z)
    np.testing.assert_allclose(model.generate(label_map, z), expected, atol=1e-6)
    assert np.abs(model.generator(label_map, z) - expected).max() > 1e-4
    np.testing.assert_allclose(model.predict([label_map, z], verbose=0), expected, atol=1e-6)


def test_a_saved_model_goes_on_like_the_one_that_was_not(tmp_path):
    model = toy(generator_losses=[HingeAdversarial(), L1(weight=10.0)])
    fit(model, num_batches=2)
    loaded = saved_and_loaded(tmp_path, model)
    losses = [(loss.name, loss.weight) for loss in loaded.generator_losses]
    assert losses == [("g_adv", 1.0), ("g_l1", 10.0)]
    assert_goes_on_alike(loaded, model)


def test_a_resumed_model_goes_on_like_the_one_that_was_not(tmp_path):
    model, resumed = toy(), toy()
    fit(model, num_batches=2)
    path = tiny_checkpoint(tmp_path, model)
    checkpoint.restore(resumed, path)
    assert int(resumed.step) == 2
    state, expected = training_state(resumed), training_state(model)
    assert (
        set(state)
        == set(expected)
        >= {
            "progress/step",
            "recent_losses/g_features",
            "discriminator/scales.1.0.kernel",
            "discriminator_optimizer/scales.1.0.kernel.momentum",
            "metrics/d_real.total",
        }
    )
    for name, variable in state.items():
        np.testing.assert_array_equal(variable.numpy(), expected[name].numpy(), err_msg=name)
    assert_goes_on_alike(resumed, model)


def assert_goes_on_alike(one, other):
    for model in (one, other):
        fit(model, num_batches=1)
    assert_same_weights(weights_of(one), weights_of(other))


def test_a_loss_of_weight_0_is_0_and_not_computed():
    class Never(Loss):
        name = "g_never"

        def value(self, passed):
            raise AssertionError

    model = toy(generator_losses=[HingeAdversarial(), Never(weight=0.0)])
    assert fit(model, num_batches=1).history["g_never"] == [0.0]


def test_two_losses_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Two losses have the name 'g_adv'"):
        toy(generator_losses=[HingeAdversarial(), HingeAdversarial()])


def test_oasis_takes_more_losses():
    model = tiny_oasis(generator_losses=[NPlusOneAdversarial(), L1(weight=10.0)], run_eagerly=True)
    (real, label_map), z = tiny_pairs(2), tiny_z(2)
    fake = model.generator(label_map, z, training=True)
    logs = model.update_generator(real, label_map, z)
    assert float(logs["g_l1"]) == pytest.approx(10 * np.abs(fake - real).mean(), rel=1e-3)
