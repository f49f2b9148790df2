"""TensorFlow's graph optimizer, Grappler, which costs more than it saves in training on CPUs."""

from contextlib import contextmanager

import tensorflow as tf

OPTION = "disable_meta_optimizer"


@contextmanager
def without_graph_optimizer():
    """Runs functions without Grappler, unless there is a device other than CPUs.

    A training step has some 20,000 nodes, which Grappler optimizes before the first step.
    `python -m benchmarks.first_step` measures what that costs, and what the steps gain. On GPUs it
    chooses the layout of convolutions, so it stays on there.

    The option is that of the process, and part of every call of a `tf.function`: each step needs
    it. The value of before is restored.

    Example:

        with without_graph_optimizer():
            logs = step(iterator)
    """
    if any(device.device_type != "CPU" for device in tf.config.list_logical_devices()):
        yield
        return
    before = tf.config.optimizer.get_experimental_options().get(OPTION, False)
    tf.config.optimizer.set_experimental_options({OPTION: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({OPTION: before})
