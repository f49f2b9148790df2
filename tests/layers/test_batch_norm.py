import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers import ParamFreeBatchNorm


def test_normalizes_with_the_biased_and_stores_the_unbiased_variance():
    layer = ParamFreeBatchNorm()
    x = np.reshape(np.float32([0, 2, 4, 6]), (2, 1, 2, 1))  # mean 3, variance 5 or 20/3
    outputs = layer(x, training=True)
    np.testing.assert_allclose(outputs, (x - 3) / np.sqrt(5 + 1e-5), rtol=1e-6)
    mean, variance = 0.1 * 3, 0.9 + 0.1 * 20 / 3
    np.testing.assert_allclose(layer(x), (x - mean) / np.sqrt(variance + 1e-5), rtol=1e-6)
    layer(x, training=True)
    np.testing.assert_allclose(layer.running_mean, [0.9 * mean + 0.1 * 3], rtol=1e-6)
    np.testing.assert_allclose(layer.running_variance, [0.9 * variance + 0.1 * 20 / 3], rtol=1e-6)


def test_inference_does_not_move_the_statistics():
    layer = ParamFreeBatchNorm()
    layer(np.ones((1, 2, 2, 3)), training=False)
    np.testing.assert_array_equal(layer.running_mean, np.zeros(3))
    np.testing.assert_array_equal(layer.running_variance, np.ones(3))


def test_own_moments_mix_those_of_an_image_with_the_running_ones():
    layer = ParamFreeBatchNorm(own_moments=0.25)
    layer.build((None, 1, 2, 1))
    layer.running_mean.assign([1.0])
    layer.running_variance.assign([4.0])
    x = np.reshape(np.float32([2, 4, 0, 0]), (2, 1, 2, 1))  # means 3 and 0, variances 1 and 0
    means = np.reshape([1.5, 0.75], (2, 1, 1, 1))  # 3 / 4 + 3 / 4, 0 / 4 + 3 / 4
    # 1 / 4 + 3 + 3 / 16 of (3 - 1) squared, 0 / 4 + 3 + 3 / 16 of (0 - 1) squared
    variances = np.reshape([4.0, 3.1875], (2, 1, 1, 1))
    np.testing.assert_allclose(layer(x), (x - means) / np.sqrt(variances + 1e-5), rtol=1e-6)
    np.testing.assert_array_equal(layer.running_mean, [1.0])


def test_a_quarter_of_own_moments_is_a_batch_of_four():
    images = np.random.default_rng(1).normal(0, 1, (4, 16, 16, 3)).astype(np.float32)
    images += np.arange(4, dtype=np.float32)[:, None, None, None]
    expected = ParamFreeBatchNorm()(images, training=True)
    layer = ParamFreeBatchNorm(own_moments=0.25)
    layer.build(images.shape)
    layer.running_mean.assign(images[1:].mean((0, 1, 2)))
    layer.running_variance.assign(images[1:].var((0, 1, 2)))
    np.testing.assert_allclose(layer(images[:1]), expected[:1], atol=1e-4)


def test_own_moments_of_1_are_instance_norm_and_do_not_change_training():
    x = np.random.default_rng(2).normal(3, 2, (2, 8, 8, 2)).astype(np.float32)
    layer, plain = ParamFreeBatchNorm(own_moments=1.0), ParamFreeBatchNorm()
    np.testing.assert_array_equal(layer(x, training=True), plain(x, training=True))
    np.testing.assert_array_equal(layer.running_variance, plain.running_variance)
    expected = (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)
    np.testing.assert_allclose(layer(x), expected, atol=1e-4)


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_own_moments_are_a_weight(weight):
    with pytest.raises(ValueError, match="own_moments must be from 0 to 1"):
        ParamFreeBatchNorm(own_moments=weight)


def test_a_large_mean_does_not_swallow_the_variance():
    noise = np.random.default_rng(0).standard_normal((2, 8, 8, 1))
    x = np.float32(3000 + noise)  # float32's mean of squares minus square of mean is off by 0.5
    expected = (x - np.mean(x, dtype=np.float64)) / np.std(x, dtype=np.float64)
    np.testing.assert_allclose(ParamFreeBatchNorm()(x, training=True), expected, atol=2e-3)


def test_two_replicas_normalize_like_one_device_with_the_whole_batch(two_replicas):
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 4, 3, 3, 2)).astype(np.float32)
    x[2:] += 5  # the replicas' own moments differ

    def forward_and_backward(layer, x, weight):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, training=True)
            loss = tf.reduce_sum(outputs * weight)
        return outputs, tape.gradient(loss, x)

    alone = ParamFreeBatchNorm()
    expected = forward_and_backward(alone, tf.constant(x), weight)
    with two_replicas.scope():
        layer = ParamFreeBatchNorm()
        layer.build(x.shape)

    @tf.function
    def step():
        first = 2 * tf.distribute.get_replica_context().replica_id_in_sync_group
        rows = slice(first, first + 2)
        return forward_and_backward(layer, tf.constant(x)[rows], tf.constant(weight)[rows])

    for per_replica, whole in zip(two_replicas.run(step), expected, strict=True):
        joined = tf.concat(two_replicas.experimental_local_results(per_replica), axis=0)
        np.testing.assert_allclose(joined, whole, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.running_mean, alone.running_mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_variance, alone.running_variance, rtol=1e-5)
    assert alone.running_variance.numpy() == pytest.approx(
        0.9 + 0.1 * x.reshape(-1, 2).var(0, ddof=1), rel=1e-5
    )
