import itertools

import numpy as np
import pytest
from numpy_layers import conv_of
from tiny import HEIGHT, NUM_CLASSES, WIDTH, assert_same_weights, tiny_generator, tiny_z, weights_of

from oasis_tf.models import ema
from oasis_tf.weights import official_names


def test_every_weight_moves_by_the_rule_statistics_and_u_too():
    average, generator = tiny_generator(seed=1), tiny_generator(seed=2)
    before = official_names.to_state_dict(average)
    current = official_names.to_state_dict(generator)
    ema.update(average, generator, 0.75)
    after = official_names.to_state_dict(average)
    assert {"body.0.norm_0.first_norm.running_var", "body.0.conv_0.weight_u"} <= set(after)
    for key, array in after.items():
        expected = 0.75 * before[key] + 0.25 * current[key]
        np.testing.assert_allclose(array, expected, rtol=1e-5, atol=1e-7, err_msg=key)
    assert_same_weights(official_names.to_state_dict(generator).values(), current.values())


def test_decay_zero_copies():
    average, generator = tiny_generator(seed=1), tiny_generator(seed=2)
    ema.update(average, generator, 0.0)
    assert_same_weights(weights_of(average), weights_of(generator))


@pytest.mark.parametrize(
    ("step", "expected"),
    [(0, 0.1), (8, 0.5), (90, 0.91), (10_000, 10_001 / 10_010), (10**6, 0.9999)],
)
def test_the_decay_warms_up_to_its_value(step, expected):
    np.testing.assert_allclose(ema.warmed_up(0.9999, step=step), expected, rtol=1e-6)


def test_clone_has_the_same_weights_in_variables_of_its_own():
    generator = tiny_generator()
    copy = ema.clone(generator)
    before = weights_of(generator)
    assert_same_weights(weights_of(copy), before)
    for weight in copy.weights:
        weight.assign(weight + 1)
    assert_same_weights(weights_of(generator), before)


def some_batches(count):
    rng = np.random.default_rng(0)
    for seed in range(count):
        label_map = rng.integers(0, NUM_CLASSES, (2, HEIGHT, WIDTH)).astype(np.int32)
        yield label_map, tiny_z(2, seed)


def test_recalibrated_copy_has_the_moments_of_the_data_and_the_original_its_own():
    generator = tiny_generator()
    before = weights_of(generator)
    ((label_map, z),) = batch = list(some_batches(1))
    copy = ema.recalibrated(generator, itertools.repeat(batch[0]), num_batches=200)
    assert_same_weights(weights_of(generator), before)

    arrays = official_names.to_state_dict(copy)
    small = label_map[:, ::2, ::2]  # the resolution of the first block
    noise = np.broadcast_to(z[:, None, None], (*small.shape, z.shape[1]))
    condition = np.concatenate([noise, np.eye(NUM_CLASSES)[small]], axis=-1)
    x = conv_of(condition, arrays, "fc").reshape(-1, arrays["fc.bias"].size)
    name = "body.0.norm_0.first_norm"
    np.testing.assert_allclose(arrays[f"{name}.running_mean"], x.mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(arrays[f"{name}.running_var"], x.var(0, ddof=1), rtol=1e-4)


def test_recalibration_makes_as_many_forwards_as_asked_and_changes_no_trainable_weight():
    generator, batches = tiny_generator(), some_batches(60)
    copy = ema.recalibrated(generator, batches)
    assert len(list(batches)) == 60 - 51
    for ours, theirs in zip(copy.trainable_variables, generator.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
