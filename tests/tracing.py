"""Tests run TensorFlow functions op by op where tracing would take most of their time."""

from contextlib import contextmanager

import tensorflow as tf


@contextmanager
def op_by_op(config):
    """Runs functions without tracing them, unless pytest was called with `--traced`.

    Args:
        config: pytest's.
    """
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(not config.getoption("--traced"))
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
