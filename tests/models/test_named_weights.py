"""Names of weights do not depend on the order in which layers are made."""

import keras
import numpy as np
import pytest
from tiny import tiny_discriminator, tiny_generator

from oasis_tf.models.named_weights import named_weights
from oasis_tf.runs.training_state import named_optimizer


class Pair(keras.layers.Layer):
    """Two layers, made in either order."""

    def __init__(self, *, swapped, **kwargs):
        super().__init__(**kwargs)
        for name in ("b", "a") if swapped else ("a", "b"):
            layer = keras.layers.Dense(2)
            layer.build((None, 2))
            setattr(self, name, layer)
        self.built = True


def test_swapping_two_lines_of_a_constructor_changes_no_name():
    one, other = (named_weights(Pair(swapped=swapped)) for swapped in (False, True))
    assert set(one) == set(other) == {"a.kernel", "a.bias", "b.kernel", "b.bias"}
    assert list(one) != list(other)


@pytest.mark.parametrize("network", [tiny_generator, tiny_discriminator])
def test_every_weight_has_a_name_that_is_the_same_for_a_second_network(network):
    first, second = network(), network()
    names = named_weights(first)
    assert list(names) == list(named_weights(second))
    assert [id(variable) for variable in names.values()] == [id(v) for v in first.weights]


def test_layers_of_a_sequential_model_are_counted():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    names = ["layers.0.kernel", "layers.0.bias", "layers.1.kernel", "layers.1.bias"]
    assert list(named_weights(network)) == names


def test_moments_are_named_after_their_weights():
    network = tiny_discriminator()
    adam = keras.optimizers.Adam(beta_1=0.5)
    optimizer = keras.optimizers.LossScaleOptimizer(adam, initial_scale=1.0)
    variables = network.trainable_variables
    optimizer.build(variables)
    gradients = [np.full(v.shape, i + 1, np.float32) for i, v in enumerate(variables)]
    optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    named = named_optimizer(optimizer, network)
    assert len(named) == len(optimizer.variables)
    assert {"iteration", "inner.iteration", "dynamic_scale"} <= set(named)
    names = {id(variable): name for name, variable in named_weights(network).items()}
    for variable, gradient in zip(variables, gradients, strict=True):
        momentum = named[f"{names[id(variable)]}.momentum"]
        np.testing.assert_array_equal(momentum.numpy(), 0.5 * gradient)
