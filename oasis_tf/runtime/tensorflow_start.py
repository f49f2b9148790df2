"""Starts TensorFlow silently and with the settings of this program."""

import os
import sys
from contextlib import contextmanager

from oasis_tf.runtime.host_memory import keep_freed_memory
from oasis_tf.runtime.keras_settings import settle_keras


def start_tensorflow(strategy="none", *, num_devices=None):
    """Imports TensorFlow and opens devices, without its messages from before the log level is set.

    Returns: `Devices`, see `open_devices`.
    Raises: DevicesError, KerasSettingsError.
    """
    with silent_stderr():
        settle_keras()
        import tensorflow as tf
        from absl import logging

        tf.get_logger().setLevel("ERROR")  # no warnings of tracing again, and such
        logging.set_verbosity(logging.ERROR)

        from oasis_tf.runtime.devices import open_devices

        devices = open_devices(strategy, num_devices=num_devices)
        tf.config.list_logical_devices()  # starts them
    keep_freed_memory()
    return devices


@contextmanager
def silent_stderr():
    """Discards output on file descriptor 2, which includes that of C++ libraries."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
