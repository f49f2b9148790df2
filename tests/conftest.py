"""Runs before anything else imports TensorFlow's runtime."""

import keras
import pytest
import tensorflow as tf

# Two logical CPUs, so that tests can train on two replicas.
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture(autouse=True)
def random_seed():
    """Makes initial weights the same in every run of a test."""
    keras.utils.set_random_seed(0)
