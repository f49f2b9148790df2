"""Chooses between an algorithm for CPUs and one for other devices.

A graph for inference may be saved on one machine and served on another. So it contains both
algorithms and chooses by the device that runs it. Training runs where it is traced: its graphs
contain one algorithm, which keeps their gradients simple.
"""

import threading
from contextlib import contextmanager

import tensorflow as tf

_tracing = threading.local()


@contextmanager
def of_training(training: bool):
    """A context for the call of a network.

    Args:
        training: whether the call is part of training.
    """
    before = getattr(_tracing, "is_training", False)
    _tracing.is_training = bool(training)
    try:
        yield
    finally:
        _tracing.is_training = before


def runs_on_cpu() -> bool | tf.Tensor:
    """Whether this runs on a CPU: a bool where that is known, else a bool scalar of the graph.

    Under XLA the scalar is false: XLA compiles for one device, which is unknown here.
    """
    if tf.executing_eagerly() or getattr(_tracing, "is_training", False):
        return not tf.config.list_logical_devices("GPU")
    return tf.equal(tf.raw_ops.DeviceIndex(device_names=["CPU"]), 0)


def by_device(*, cpu, gpu):
    """Returns `cpu()` where this runs on a CPU, and `gpu()` elsewhere.

    Args:
        cpu, gpu: functions without arguments to tensors of the same shapes and dtypes.
    """
    on_cpu = runs_on_cpu()
    if isinstance(on_cpu, bool):
        return cpu() if on_cpu else gpu()
    return tf.cond(on_cpu, cpu, gpu)
