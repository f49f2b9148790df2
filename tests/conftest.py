"""Runs before anything else imports TensorFlow's runtime."""

import signal

import hypothesis
import keras
import pytest
import tensorflow as tf

# A shell starts what it puts into the background with Ctrl-C ignored, `nohup` with a closed
# terminal, and children would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Two logical CPUs, so that tests can train on two replicas.
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

# No deadline: the first call of a TensorFlow function takes far longer than the next ones.
# The examples are the same in every run; `pytest --hypothesis-profile=search` looks for new ones.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True)
def random_seed():
    """Makes initial weights the same in every run of a test."""
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def two_replicas():
    """One strategy for all tests: a second one would reuse the first one's collective keys."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
