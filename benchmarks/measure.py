"""What the benchmarks share: the machine's own speed, and a step's time beside it."""

import argparse
import resource
import time

import numpy as np
import tensorflow as tf

MATRIX_SIDE = 4096


def parse_arguments(description, *, repeats):
    """Parses --config, --batch-size and --repeats; `description` is a program's docstring."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=repeats)
    return parser.parse_args()


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


def peak_memory_gib():
    """The largest resident size of this process so far, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def report(title, *, seconds, defined, performed, matrix_rates, peak_gib):
    """Prints one measurement; ratios are to the mean of the matrix product's rates around it.

    Args:
        title: str. seconds: float.
        defined, performed: int, multiply-adds of the model as defined, and of the graph that ran.
        matrix_rates: (before, after), multiply-adds a second. peak_gib: float.
    """
    matrix_rate = np.mean(matrix_rates)
    print(f"{title}: {seconds:.3f} s, peak {peak_gib:.2f} GiB")
    for name, count in (("the model's own", defined), ("performed", performed)):
        rate = count / seconds
        print(
            f"  {count / 1e9:7.1f} G multiply-adds {name}: {rate / 1e9:.1f} G/s = "
            f"{rate / matrix_rate:.2f} of the matrix product's rate"
        )
    before, after = (rate / 1e9 for rate in matrix_rates)
    print(f"  matrix product: {before:.1f} G/s before, {after:.1f} after")


def _wait(result):
    tf.nest.map_structure(lambda tensor: tensor.numpy(), result)
