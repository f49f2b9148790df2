"""Calls whose backward pass computes intermediate results again, for less memory."""

import keras
import tensorflow as tf

from oasis_tf.layers.accelerated.placement import of_training


def recomputed(function, layer, *inputs):
    """Returns `function(*inputs)`; of all results inside, the backward pass keeps none.

    It calls the function again, when the gradient of the outputs is there. The layer's statistics
    and singular vectors move once: both calls start from the same values of all weights, and the
    moves of the second are dropped. `keras.remat` makes these moves twice, and with other values.

    Args:
        function: of tensors to a tensor or a nest of them; it calls `layer` with `training=True`,
            which the second call could not take from a network around it, and no other layer with
            weights.
        layer: `keras.layers.Layer`, built.
        *inputs: nests of tensors and None; all that the function's result depends on. Tensors that
            the function takes from elsewhere would be computed from early, and kept.
    Returns: what the function does.
    """
    given = [*tf.nest.flatten(inputs), *map(_whole_value, layer.weights)]
    places = [place for place, value in enumerate(given) if value is not None]
    state = layer.non_trainable_weights

    def pure(tensors):
        """The outputs, and the values that the call leaves in the layer's state."""
        everything = [None] * len(given)
        for place, tensor in zip(places, tensors, strict=True):
            everything[place] = tensor
        first = len(given) - len(layer.weights)
        with keras.StatelessScope() as scope, of_training(True):
            for pair in zip(layer.weights, everything[first:], strict=True):
                scope.add_update(pair)  # the scope's constructor casts them
            outputs = function(*tf.nest.pack_sequence_as(inputs, everything[:first]))
        return outputs, [scope.get_current_value(variable) for variable in state]

    @tf.custom_gradient
    def call(*tensors):
        outputs, moved = pure(tensors)

        def gradient(*upstream):
            upstream = upstream[: len(tf.nest.flatten(outputs))]
            with tf.control_dependencies(upstream):  # not before: that would keep the results
                tensors_again = [tf.identity(tensor) for tensor in tensors]
            with tf.GradientTape() as tape:
                tape.watch([tensor for tensor in tensors_again if tensor.dtype.is_floating])
                outputs_again, _ = pure(tensors_again)
            gradients = tape.gradient(tf.nest.flatten(outputs_again), tensors_again, list(upstream))
            return [None if each is None else tf.convert_to_tensor(each) for each in gradients]

        return (outputs, [tf.stop_gradient(value) for value in moved]), gradient

    outputs, moved = call(*(given[place] for place in places))
    for variable, value in zip(state, moved, strict=True):
        variable.assign(value)
    return outputs


def _whole_value(variable):
    """A variable's value in its own precision; `value` casts it to that of the running layer."""
    return tf.convert_to_tensor(variable._value)
