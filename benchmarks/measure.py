"""What the benchmarks share: the machine's own speed, and a step's time beside it."""

import resource
import time

import numpy as np
import tensorflow as tf

MATRIX_SIDE = 4096


def matrix_product_rate(repeats=3):
    """Multiply-adds a second of TensorFlow's float32 product of two 4096 x 4096 matrices."""
    matrix = tf.random.normal((MATRIX_SIDE, MATRIX_SIDE))
    product = tf.function(lambda m: tf.linalg.matmul(m, m))
    return MATRIX_SIDE**3 / min(seconds(lambda: product(matrix), repeats=repeats))


def seconds(call, *, repeats):
    """Runs `call` once to warm up, then `repeats` times; returns the times of those."""
    _wait(call())
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        _wait(call())
        times.append(time.perf_counter() - start)
    return times


def convolution_multiply_adds(function):
    """Counts the multiply-adds of all convolutions in a concrete function.

    A convolution costs outputs x kernel height x kernel width x input channels; so does its
    gradient by the input, and so does its gradient by the kernel. What is not a convolution is
    not counted.
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
    return int(total)


def peak_memory_gib():
    """The largest resident size of this process so far, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def report(title, *, seconds, multiply_adds, matrix_rates, peak_gib):
    """Prints one measurement; the ratio is to the mean of the matrix product's rates around it."""
    rate, matrix_rate = multiply_adds / seconds, np.mean(matrix_rates)
    print(
        f"{title}\n"
        f"  {seconds:.3f} s, {multiply_adds / 1e9:.1f} G multiply-adds, peak {peak_gib:.2f} GiB\n"
        f"  {rate / 1e9:.1f} G multiply-adds/s = {rate / matrix_rate:.2f} of the matrix product's "
        f"{matrix_rates[0] / 1e9:.1f} before, {matrix_rates[1] / 1e9:.1f} after"
    )


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


def _wait(result):
    tf.nest.map_structure(lambda tensor: tensor.numpy(), result)
