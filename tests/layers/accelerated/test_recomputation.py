"""A call that is computed again gives what it would have given, and moves its state once."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.accelerated.recomputation import recomputed
from oasis_tf.layers.batch_norm import ParamFreeBatchNorm
from oasis_tf.layers.spectral_norm import SpectralConv2D

SIZE = (2, 6, 6, 3)


class Block(keras.layers.Layer):
    """A convolution and a normalisation, which both have state."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = SpectralConv2D(4, 3, padding="same", dtype=self.dtype_policy)
        self.norm = ParamFreeBatchNorm(dtype=self.dtype_policy)
        self.conv.build(SIZE)
        self.norm.build((*SIZE[:-1], 4))
        self.built = True

    def call(self, x, training=False):
        return keras.ops.tanh(self.norm(self.conv(x), training=training))


def block(**settings):
    keras.utils.set_random_seed(1)
    return Block(**settings)


def image(seed=0):
    return tf.random.stateless_normal(SIZE, (seed, 1))


def differentiated(layer, through):
    """Outputs of two calls in a row, gradients by both inputs and by the weights, and the state."""
    inputs = image(0), image(1)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = [through(lambda x, _: layer(x, training=True), layer, x, None) for x in inputs]
        loss = tf.add_n([tf.reduce_sum(tf.cast(y, "float32") ** 3) for y in outputs])
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(loss, [*inputs, *weights])
    return outputs, gradients, layer.non_trainable_weights


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_outputs_gradients_and_state_are_those_of_plain_calls(dtype):
    before = [weight.numpy() for weight in block().non_trainable_weights]
    outputs, gradients, state = differentiated(block(dtype=dtype), recomputed)
    plain = differentiated(block(dtype=dtype), lambda function, _, *inputs: function(*inputs))
    for actual, expected, old in zip(state, plain[2], before, strict=True):
        np.testing.assert_array_equal(actual, expected, err_msg=expected.path)
        assert (expected.numpy() != old).all()
    for actual, expected in zip(outputs, plain[0], strict=True):
        np.testing.assert_array_equal(tf.cast(actual, "float32"), tf.cast(expected, "float32"))
    for actual, expected in zip(gradients, plain[1], strict=True):
        largest = float(tf.reduce_max(tf.abs(expected)))
        assert largest > 0 and actual.dtype == expected.dtype
        tolerance = 1e-6 if dtype == "float32" else 1e-2  # bfloat16 adds up in another order
        np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * largest)


def test_nothing_is_computed_again_before_the_gradient_is_there():
    layer = block()

    @tf.function(autograph=False)
    def gradient(x, upstream):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = recomputed(lambda x: layer(x, training=True), layer, x)
        return tape.gradient(y, x, tf.identity(upstream, name="upstream"))

    graph = gradient.get_concrete_function(image(), tf.zeros((2, 6, 6, 4))).graph
    convolutions = [op for op in graph.get_operations() if op.type == "Conv2D"]
    assert [waits_for(op, "upstream") for op in convolutions] == [False, True]


def waits_for(op, name):
    seen, left = set(), [op]
    while left:
        each = left.pop()
        if each.name in seen:
            continue
        seen.add(each.name)
        left += [*each.control_inputs, *(tensor.op for tensor in each.inputs)]
    return name in seen
