"""LeCam regularization, against numbers computed by hand, and its averages in files."""

import numpy as np
import pytest
import tensorflow as tf
from tiny import assert_same_weights, fit, tiny_oasis, weights_of
from tiny_checkpoint import saved_and_loaded, tiny_checkpoint
from toy_gan import HingeFake, HingeReal, toy

from oasis_tf.losses.adversarial import log_odds_of_real
from oasis_tf.losses.lecam import LeCam
from oasis_tf.losses.loss import ForwardPass
from oasis_tf.losses.registry import losses_by_name
from oasis_tf.runs import checkpoint


def passed(real, fake):
    real, fake = (tf.constant(x, tf.float32) for x in (real, fake))
    return ForwardPass(real_logits=real, fake_logits=fake, predictions=tf.identity)


def regularized(**arguments):
    losses = [HingeFake(), HingeReal(), LeCam(weight=0.5)]
    return toy(discriminator_losses=losses, **arguments)


def test_two_steps_worked_by_hand():
    loss = LeCam(weight=0.5)
    # The averages are 2 and -1: ((1 + 1)^2 + (3 + 1)^2) / 2 + ((-2 - 2)^2 + (0 - 2)^2) / 2
    assert float(loss(passed(real=[1, 3], fake=[-2, 0]))) == pytest.approx(0.5 * (10 + 10))
    # (0.99 * 2 + 0) / 1.99 and (0.99 * -1 + 4) / 1.99
    average_real, average_fake = 1.98 / 1.99, 3.01 / 1.99
    expected = 0.5 * (average_fake**2 + (4 - average_real) ** 2)
    assert float(loss(passed(real=[0, 0], fake=[3, 5]))) == pytest.approx(
        expected + 0.5 * ((1 + 1) / 2), rel=1e-5
    )


def test_the_averages_have_no_gradient():
    loss, real, fake = LeCam(weight=1.0), tf.constant([1.0, 3.0]), tf.constant([-2.0, 0.0])
    with tf.GradientTape() as tape:
        tape.watch((real, fake))
        value = loss(passed(real, fake))
    gradients = tape.gradient(value, (real, fake))
    np.testing.assert_allclose(gradients, [[1 + 1, 3 + 1], [-2 - 2, 0 - 2]], rtol=1e-6)


def test_log_odds_of_probabilities_that_are_known():
    probabilities = np.float32([[[[1, 2, 3, 4]]], [[[6, 1, 0.5, 0.5]]]])  # the first is fake's
    log_odds = log_odds_of_real(np.log(probabilities).astype(np.float16))
    assert log_odds.dtype == tf.float32
    np.testing.assert_allclose(log_odds[:, 0, 0], np.log([9, 1 / 3]), rtol=2e-3)


def test_the_prediction_of_oasis_is_the_mean_over_the_pixels_that_it_saw():
    model = tiny_oasis()
    logits = np.random.default_rng(0).standard_normal((2, 8, 12, 6)).astype(np.float32)
    weights = np.zeros((2, 8, 12), np.float32)
    weights[0, 2:4, 5:] = 3.0  # the second image lies outside
    log_odds = np.log(np.exp(logits[..., 1:]).sum(-1)) - logits[..., 0]
    np.testing.assert_allclose(model.predictions(logits), log_odds.mean((1, 2)), rtol=1e-4)
    np.testing.assert_allclose(
        model.predictions(logits, pixel_weights=weights),
        [log_odds[0, 2:4, 5:].mean(), 0],
        rtol=1e-4,
    )


def test_the_config_knows_it():
    (loss,) = losses_by_name({"lecam": 0.1}, network="discriminator")
    assert (type(loss), loss.weight, loss.name) == (LeCam, 0.1, "d_lecam")


@pytest.mark.slow
def test_two_replicas_train_like_one_device(two_replicas):
    def train(strategy):
        with strategy.scope():
            model = regularized(run_eagerly=False)
        history = fit(model, 2).history
        return history, [*weights_of(model), model.loss_states[0].sums.numpy()]

    history, alone = train(tf.distribute.get_strategy())
    shared_history, shared = train(two_replicas)
    assert history["d_lecam"][0] > 1e-4
    assert shared_history == {k: pytest.approx(v, rel=1e-4) for k, v in history.items()}
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)


def test_a_saved_and_a_resumed_model_go_on_with_the_averages(tmp_path):
    model, resumed = regularized(), regularized()
    fit(model, num_batches=2)
    path = tiny_checkpoint(tmp_path, model)
    checkpoint.restore(resumed, path)
    loaded = saved_and_loaded(tmp_path, model)
    forgetful = regularized()
    checkpoint.restore(forgetful, path)
    forgetful.loss_states[0].sums.assign([0.0, 0.0, 0.0])
    for one in (model, resumed, loaded, forgetful):
        fit(one, num_batches=1)
    assert_same_weights(weights_of(resumed), weights_of(model))
    assert_same_weights(weights_of(loaded), weights_of(model))
    with pytest.raises(AssertionError):
        assert_same_weights(weights_of(forgetful), weights_of(model))
