"""Winograd's convolution is the convolution, in value and in gradient, and knows where it pays."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.accelerated import winograd
from oasis_tf.layers.accelerated.winograd import winograd_convolve
from oasis_tf.layers.convolution import conv2d

CHANNELS = winograd.WORTHWHILE_CHANNELS


def normal(shape, seed):
    return tf.constant(np.random.default_rng(seed).standard_normal(shape), tf.float32)


def with_gradients(convolve, inputs, kernel, weights):
    with tf.GradientTape() as tape:
        tape.watch((inputs, kernel))
        outputs = convolve(inputs, kernel)
        loss = tf.reduce_sum(outputs * weights)
    return outputs, *tape.gradient(loss, (inputs, kernel))


@pytest.mark.parametrize("shape", [(1, 2, 2, 3), (2, 8, 4, 5), (3, 6, 10, 2), (1, 16, 16, 40)])
def test_it_is_the_convolution_in_value_and_gradient(shape):
    inputs, kernel = normal(shape, 0), normal((3, 3, shape[-1], 4), 1)
    weights = normal((*shape[:3], 4), 2)
    direct = with_gradients(
        lambda x, kernel: tf.nn.conv2d(x, kernel, 1, "SAME"), inputs, kernel, weights
    )
    ours = with_gradients(tf.function(winograd_convolve), inputs, kernel, weights)
    for actual, expected in zip(ours, direct, strict=True):
        assert actual.shape == expected.shape
        np.testing.assert_allclose(actual, expected, atol=1e-5 * np.abs(expected).max())


def test_it_replicates_the_border():
    inputs, kernel, weights = (
        normal((2, 4, 6, 3), 0),
        normal((3, 3, 3, 4), 1),
        normal((2, 4, 6, 4), 2),
    )

    def direct(x, kernel):
        padded = tf.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="SYMMETRIC")
        return tf.nn.conv2d(padded, kernel, 1, "VALID")

    expected = with_gradients(direct, inputs, kernel, weights)
    ours = with_gradients(
        lambda x, kernel: winograd_convolve(x, kernel, padding="replicate"), inputs, kernel, weights
    )
    for actual, wanted in zip(ours, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, atol=1e-5 * np.abs(wanted).max())


def test_ones_by_hand():
    """A box filter over ones counts the pixels inside of the image."""
    counted = winograd_convolve(tf.ones((1, 4, 6, 1)), tf.ones((3, 3, 1, 1)))[0, ..., 0]
    expected = [[4, 6, 6, 6, 6, 4], [6, 9, 9, 9, 9, 6], [6, 9, 9, 9, 9, 6], [4, 6, 6, 6, 6, 4]]
    np.testing.assert_allclose(counted, expected, atol=1e-5)


def test_a_graph_takes_batches_of_any_size():
    kernel = normal((3, 3, 2, 3), 0)
    convolve = tf.function(
        lambda x: winograd_convolve(x, kernel), input_signature=[tf.TensorSpec((None, 4, 6, 2))]
    )
    for count in (1, 3):
        inputs = normal((count, 4, 6, 2), count)
        np.testing.assert_allclose(
            convolve(inputs), tf.nn.conv2d(inputs, kernel, 1, "SAME"), atol=1e-5
        )


SIZES = {
    "many channels": ((16, 16, CHANNELS), {}, True),
    "more channels, fewer pixels": ((8, 8, 4 * CHANNELS), {}, True),
    "few channels": ((32, 32, CHANNELS - 1), {}, False),
    "few filters": ((32, 32, CHANNELS), {"filters": CHANNELS - 1}, False),
    "few pixels": ((8, 16, CHANNELS), {}, False),
    "an odd side": ((16, 17, CHANNELS), {}, False),
    "a long side": ((2, 320, CHANNELS), {}, False),
    "1x1": ((16, 16, CHANNELS), {"kernel_size": 1}, False),
    "half precision": ((16, 16, CHANNELS), {"dtype": "mixed_bfloat16"}, False),
    "told not to": ((16, 16, CHANNELS), {"winograd": False}, False),
}


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize("name", SIZES)
def test_layers_take_it_where_it_pays(name, spectral_norm):
    """It rounds otherwise than one convolution op: the same bits show that it was not taken."""
    size, changes, is_taken = SIZES[name]
    arguments = {"filters": CHANNELS, "kernel_size": 3, "spectral_norm": spectral_norm} | changes
    ours, direct = outputs_of_twins(normal((1, *size), 0), **arguments)
    assert np.array_equal(ours, direct) != is_taken


def test_gpus_are_left_to_their_own_ways(monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["GPU:0"])
    ours, direct = outputs_of_twins(normal((1, 16, 16, CHANNELS), 0), filters=CHANNELS)
    np.testing.assert_array_equal(ours, direct)


def test_layers_compute_the_same_with_it():
    ours, direct = outputs_of_twins(normal((2, 16, 16, CHANNELS), 0), filters=CHANNELS)
    np.testing.assert_allclose(ours, direct, atol=1e-5 * np.abs(direct).max())


def outputs_of_twins(inputs, *, kernel_size=3, **arguments):
    """What two layers of the same weights compute: one that may take it, and one that may not."""
    ours, direct = (
        conv2d(kernel_size=kernel_size, **{"winograd": allowed} | arguments)
        for allowed in (True, False)
    )
    for layer in (ours, direct):
        layer.build(inputs.shape)
        assert layer.get_config()["winograd"] == layer.winograd
    direct.set_weights(ours.get_weights())
    return ours(inputs), direct(inputs)
