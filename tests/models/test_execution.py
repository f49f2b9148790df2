"""The same numbers, whichever way the steps are executed: XLA, several at once, mixed precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    NUM_CLASSES,
    assert_same_weights,
    fit,
    one_block_discriminator,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)

from oasis_tf.optimizers.adam import Adam
from oasis_tf.optimizers.loss_scale import LossScaleOptimizer

pytestmark = pytest.mark.heavy

LOW_PRECISION = ["mixed_float16", pytest.param("mixed_bfloat16", marks=pytest.mark.slow)]


def gentle_oasis(**arguments):
    """Adams that do not turn a rounding error of a gradient near 0 into a whole step."""
    adams = {
        "generator_optimizer": Adam(1e-3, epsilon=1e-3),
        "discriminator_optimizer": Adam(4e-3, epsilon=1e-3),
    }
    return tiny_oasis(**adams | arguments)


def mixed_oasis(policy, **arguments):
    networks = {
        "generator": tiny_generator(num_blocks=1, dtype=policy),
        "discriminator": one_block_discriminator(dtype=policy),
    }
    return gentle_oasis(**networks | arguments)


@pytest.fixture(scope="module")
def plain():
    """History and weights after two epochs of four steps, one at a time."""
    keras.utils.set_random_seed(0)
    model = gentle_oasis()
    return fit(model, 4, epochs=2).history, weights_of(model)


def test_several_steps_an_execution_change_no_bit(plain):
    model = gentle_oasis(steps_per_execution=4)
    seen = []
    report = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append((batch, int(model.step)))
    )
    history = fit(model, 4, epochs=2, callbacks=[report]).history
    assert seen == [(3, 4), (3, 8)]
    assert history == plain[0]
    assert_same_weights(weights_of(model), plain[1])


def test_blocks_that_are_computed_again_change_no_number(plain):
    model = gentle_oasis(rematerialize=True)
    history = fit(model, 4, epochs=2).history
    assert history == {name: pytest.approx(values, rel=1e-5) for name, values in plain[0].items()}
    for actual, expected in zip(weights_of(model), plain[1], strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_xla_gives_the_same_numbers(plain):
    model = gentle_oasis(jit_compile=True)
    history = fit(model, 4, epochs=2).history
    assert history == {name: pytest.approx(values, rel=1e-4) for name, values in plain[0].items()}
    for actual, expected in zip(weights_of(model), plain[1], strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=2e-5)


def test_xla_on_several_replicas_is_refused(two_replicas):
    with two_replicas.scope(), pytest.raises(ValueError, match="one replica only"):
        tiny_oasis(jit_compile=True)


@pytest.mark.slow
@pytest.mark.parametrize("policy", LOW_PRECISION)
def test_a_label_embedding_trains_in_low_precision(policy):
    exact = gentle_oasis(generator=tiny_generator(label_embedding=3))
    mixed = mixed_oasis(policy, generator=tiny_generator(label_embedding=3, dtype=policy))
    before = mixed.generator.embedding.kernel.numpy()
    expected = fit(exact, 2).history["g_adv"]
    assert fit(mixed, 2).history["g_adv"] == pytest.approx(expected, rel=2e-2)
    assert mixed.generator.embedding.compute_dtype == policy.removeprefix("mixed_")
    for network in (mixed.generator, mixed.ema_generator):
        kernel = network.embedding.kernel
        assert kernel.dtype == "float32" and np.all(kernel.numpy() != before)


@pytest.mark.parametrize("policy", LOW_PRECISION)
def test_low_precision_comes_near_and_keeps_everything_that_lasts_in_float32(plain, policy):
    model = mixed_oasis(policy)
    assert model.generator.compute_dtype == policy.removeprefix("mixed_")
    assert model.ema_generator.compute_dtype == "float32"
    history = fit(model, 4, epochs=2).history
    for name in ("g_adv", "d_real", "d_fake"):
        assert history[name] == pytest.approx(plain[0][name], rel=2e-2)
        assert history[name] != plain[0][name]
    variables = [*model.variables, *model.generator_optimizer.variables]
    assert {v.dtype for v in variables if "float" in v.dtype} <= {"float32", "float64"}
    image = model.generator(tiny_pairs(2)[1], tiny_z(2))
    assert image.dtype == model.discriminator(image).dtype == tf.float32


@pytest.mark.parametrize("policy", LOW_PRECISION)
def test_moments_and_sigma_are_computed_in_float32(policy):
    """Bit by bit those of a float32 layer that saw the same input: nothing was rounded before."""
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    mixed, full = tiny_generator(dtype=policy), tiny_generator()
    mixed(label_map, z, training=True)
    full(label_map, z, training=True)
    for one, other in zip(mixed.blocks, full.blocks, strict=True):
        np.testing.assert_allclose(one.conv_0.sigma(), other.conv_0.sigma(), rtol=1e-6)
        np.testing.assert_allclose(one.conv_0.u, other.conv_0.u, rtol=1e-5, atol=1e-7)


def test_only_float16_scales_its_losses_and_both_of_them():
    for policy, is_scaled in (("mixed_float16", True), ("mixed_bfloat16", False)):
        model = mixed_oasis(policy)
        for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
            assert isinstance(optimizer, LossScaleOptimizer) == is_scaled


def test_a_scaled_loss_that_overflows_skips_the_step_and_halves_the_scale():
    model = mixed_oasis("mixed_float16")
    before = weights_of(model.generator)[0], weights_of(model.discriminator)[0]
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        optimizer.dynamic_scale.assign(2.0**40)
    fit(model, 1)
    np.testing.assert_array_equal(weights_of(model.generator)[0], before[0])
    np.testing.assert_array_equal(weights_of(model.discriminator)[0], before[1])
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert float(optimizer.dynamic_scale) == 2.0**39
        assert int(optimizer.iterations) == 0


def test_an_overflow_on_one_replica_stops_all(two_replicas):
    with two_replicas.scope():
        weight = keras.Variable(1.0)
        optimizer = LossScaleOptimizer(keras.optimizers.SGD(0.5), initial_scale=4.0)
        optimizer.build([weight])

    @tf.function
    def step(gradients):
        def apply(gradient):
            optimizer.apply([gradient], [weight])

        values = two_replicas.experimental_distribute_values_from_function(
            lambda context: gradients[context.replica_id_in_sync_group]
        )
        two_replicas.run(apply, args=(values,))

    step(tf.constant([4.0, np.inf]))
    assert (float(weight.numpy()), float(optimizer.dynamic_scale.numpy())) == (1.0, 2.0)
    step(tf.constant([2.0, 4.0]))
    assert float(weight.numpy()) == 1.0 - 0.5 * (2.0 + 4.0) / 2.0


def test_a_mixed_model_is_saved_and_loaded_with_its_policy(tmp_path):
    model = mixed_oasis("mixed_float16")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.generator.dtype_policy.name == "mixed_float16"
    assert loaded.ema_generator.dtype_policy.name == "float32"
    assert isinstance(loaded.generator_optimizer, LossScaleOptimizer)
    assert loaded.num_classes == NUM_CLASSES
