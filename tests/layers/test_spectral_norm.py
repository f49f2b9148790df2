import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers import SpectralConv2D

FILTERS = 5


@pytest.fixture
def layer():
    """3x3 without padding: on a 3x3 image it is one product with the kernel as a matrix."""
    layer = SpectralConv2D(FILTERS, 3)
    layer.build((None, 3, 3, 4))
    rng = np.random.default_rng(1)
    layer.kernel.assign(rng.standard_normal(layer.kernel.shape))
    layer.bias.assign(rng.standard_normal(FILTERS))
    return layer


@pytest.fixture
def x():
    return np.random.default_rng(2).standard_normal((6, 3, 3, 4)).astype(np.float32)


def matrix_of(layer):
    return np.float64(layer.kernel.numpy()).reshape(-1, FILTERS)


def product(x, matrix, layer):
    return (x.reshape(len(x), -1) @ matrix + layer.bias.numpy())[:, None, None]


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_converges_to_the_largest_singular_value(layer, x):
    matrix = matrix_of(layer)
    for _ in range(100):
        layer(x, training=True)
    largest = np.linalg.svd(matrix, compute_uv=False)[0]
    np.testing.assert_allclose(layer(x), product(x, matrix / largest, layer), rtol=1e-4, atol=1e-5)


def test_a_training_call_makes_one_power_iteration_and_leaves_the_kernel(layer, x):
    kernel, matrix, u = layer.kernel.numpy(), matrix_of(layer), np.float64(layer.u.numpy())
    for _ in range(2):
        v = unit(matrix @ u)
        u = unit(matrix.T @ v)
        outputs = layer(x, training=True)
        expected = product(x, matrix / (v @ matrix @ u), layer)
        np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(layer.u, u, atol=1e-6)
        np.testing.assert_allclose(layer.v, v, atol=1e-6)
    np.testing.assert_array_equal(layer.kernel, kernel)


def test_inference_takes_u_and_v_as_they_are_stored(layer, x):
    u, v, matrix = layer.u.numpy(), layer.v.numpy(), matrix_of(layer)
    outputs = layer(x, training=False)
    np.testing.assert_allclose(outputs, product(x, matrix / (v @ matrix @ u), layer), rtol=1e-4)
    np.testing.assert_array_equal(layer.u, u)
    np.testing.assert_array_equal(layer.v, v)


@pytest.mark.parametrize("training", [True, False])
def test_gradient_flows_through_sigma_but_not_through_u_and_v(layer, x, training):
    matrix = matrix_of(layer)
    coefficients = np.random.default_rng(3).standard_normal((6, 1, 1, FILTERS))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x, training=training) * tf.cast(coefficients, tf.float32))
    gradient = tape.gradient(loss, layer.kernel.value)
    # L = <C, W / s> with s = v'Wu, so dL/dW = C / s - <C, W> / s^2 * v u'.
    u, v = np.float64(layer.u.numpy()), np.float64(layer.v.numpy())
    sigma = v @ matrix @ u
    c = x.reshape(6, -1).T @ coefficients.reshape(6, FILTERS)
    expected = c / sigma - (c * matrix).sum() / sigma**2 * np.outer(v, u)
    np.testing.assert_allclose(
        tf.reshape(gradient, matrix.shape), expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
    )


def test_u_and_v_are_unit_vectors_that_are_stored_but_not_trained(layer):
    assert {variable.name for variable in layer.non_trainable_variables} == {"u", "v"}
    assert np.linalg.norm(layer.u) == pytest.approx(1.0)
    assert np.linalg.norm(layer.v) == pytest.approx(1.0)
