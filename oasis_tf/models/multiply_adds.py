"""Multiply-adds of a graph as it runs."""

import numpy as np
import tensorflow as tf

from oasis_tf.models.fold import fold


def folded_multiply_adds(generator) -> int:
    """Multiply-adds of one image of the folded generator, as phones get it: dense modulation.

    Args:
        generator: a network of `oasis_tf.models`.
    """
    folded = fold(generator, modulation="dense", winograd=False)
    inputs = [tf.TensorSpec((1, *generator.label_map_shape), tf.int32)]
    if generator.z_dim:
        inputs.append(tf.TensorSpec((1, generator.z_dim), tf.float32))
    return convolution_multiply_adds(tf.function(folded).get_concrete_function(*inputs))


def convolution_multiply_adds(function):
    """Counts the multiply-adds of all convolutions in a concrete function.

    A convolution costs outputs x kernel height x kernel width x input channels; so does its
    gradient by the input, and so does its gradient by the kernel. A batch of matrix products, of
    which Winograd's convolutions consist, costs outputs x the side that is summed over. Nothing
    else is counted.
    """
    forward = {"Conv2D": lambda op: (op.outputs[0].shape, op.inputs[1].shape)}
    backward = {
        "Conv2DBackpropInput": lambda op: (op.inputs[2].shape, op.inputs[1].shape),
        "Conv2DBackpropFilter": lambda op: (op.inputs[2].shape, op.outputs[0].shape),
    }
    total = 0
    for op in _used_operations(function):
        shapes = (forward | backward).get(op.type)
        if shapes:
            outputs, kernel = shapes(op)
            total += np.prod(outputs.as_list()) * np.prod(kernel.as_list()[:3])
        elif op.type == "BatchMatMulV2":
            summed_over = op.inputs[0].shape[-2 if op.get_attr("adj_x") else -1]
            total += np.prod(op.outputs[0].shape.as_list()) * summed_over
    return int(total)


def _used_operations(function):
    """Operations that an output or a side effect needs: gradients nobody asked for never run."""
    graph = function.graph
    pending = [tensor.op for tensor in graph.outputs]
    pending += [op for op in graph.get_operations() if op.op_def.is_stateful]
    seen = set()
    while pending:
        op = pending.pop()
        if op not in seen:
            seen.add(op)
            pending += [tensor.op for tensor in op.inputs] + list(op.control_inputs)
    return seen
