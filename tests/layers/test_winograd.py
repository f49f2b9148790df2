"""Winograd's convolution is the convolution, in value and in gradient, and knows where it pays."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers import winograd
from oasis_tf.layers.convolution import conv2d
from oasis_tf.layers.placement import of_training
from oasis_tf.layers.winograd import winograd_convolve

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
    "a large map": ((128, 128, CHANNELS), {}, False),
    "1x1": ((16, 16, CHANNELS), {"kernel_size": 1}, False),
    "half precision": ((16, 16, CHANNELS), {"dtype": "mixed_bfloat16"}, False),
    "told not to": ((16, 16, CHANNELS), {"winograd": False}, False),
}


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize("name", SIZES)
def test_layers_take_it_where_it_pays(name, spectral_norm):
    size, changes, is_taken = SIZES[name]
    arguments = {"filters": CHANNELS, "kernel_size": 3, "spectral_norm": spectral_norm} | changes
    layer = conv2d(**arguments)
    layer.build((None, *size))
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec((None, *size))).graph
    direct = {"Conv2D"} & {op.type for op in graph.get_operations()}
    assert (not direct) == is_taken


def test_gpus_are_left_to_their_own_ways(monkeypatch):
    layer = conv2d(CHANNELS, 3)
    spec = tf.TensorSpec((None, 16, 16, CHANNELS))
    layer.build(spec.shape)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["GPU:0"])
    with of_training(True):
        graph = tf.function(layer).get_concrete_function(spec).graph
    assert "Conv2D" in {op.type for op in graph.get_operations()}


def test_layers_compute_the_same_with_it():
    layers = [conv2d(CHANNELS, 3, winograd=allowed) for allowed in (True, False)]
    inputs = normal((2, 16, 16, CHANNELS), 0)
    for layer in layers:
        layer.build(inputs.shape)
        layer.set_weights([normal(weight.shape, 1) for weight in layer.weights])
    ours, direct = (layer(inputs) for layer in layers)
    np.testing.assert_allclose(ours, direct, atol=1e-5 * np.abs(direct).max())
    assert layers[1].get_config()["winograd"] is False
