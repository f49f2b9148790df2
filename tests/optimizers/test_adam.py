import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.optimizers.adam import Adam


@pytest.mark.parametrize("beta_1", [0.0, 0.9])
@pytest.mark.parametrize("scale", [1e-9, 1.0])  # at 1e-9 epsilon decides the size of a step
def test_equals_algorithm_1_of_the_paper(beta_1, scale):
    learning_rate, beta_2, epsilon = 0.01, 0.999, 1e-8
    gradients = scale * np.random.default_rng(0).standard_normal((5, 7))
    theta, m, v = np.zeros((3, 7))
    variable = tf.Variable(np.zeros(7, np.float32))
    adam = Adam(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        adam.apply([tf.constant(g, tf.float32)], [variable])
        np.testing.assert_allclose(variable, theta, rtol=1e-3, atol=1e-4 * np.abs(theta).max())


def test_variables_of_several_dtypes_get_their_own_precision():
    """Two steps of algorithm 1 with beta_1 = 0; 0.9 is not the same number in float32."""
    first, second = np.array([1.0, -2.0, 4.0]), np.array([3.0, 1.0, -2.0])
    epsilon = 2**-20
    v_hat = (0.9 * 0.1 * first**2 + 0.1 * second**2) / (1 - 0.9**2)
    steps = first / (abs(first) + epsilon) + second / (np.sqrt(v_hat) + epsilon)
    variables = [tf.Variable(tf.zeros(3, dtype)) for dtype in ("float32", "float64")]
    adam = Adam(0.125, beta_2=0.9, epsilon=epsilon)
    for gradient in (first, second):
        adam.apply([tf.constant(gradient, variable.dtype) for variable in variables], variables)
    for variable, tolerance in zip(variables, (1e-5, 1e-12), strict=True):
        np.testing.assert_allclose(variable, -0.125 * steps, rtol=tolerance)


def test_defaults_are_those_of_the_official_runs():
    config = Adam().get_config()
    assert (config["beta_1"], config["beta_2"], config["epsilon"]) == (0.0, 0.999, 1e-8)


def test_amsgrad_is_refused():
    with pytest.raises(ValueError, match="amsgrad"):
        Adam(amsgrad=True)
