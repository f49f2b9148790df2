"""Runs before anything else imports TensorFlow's runtime."""

import shutil
import signal
import subprocess

import hypothesis
import keras
import pytest
import tensorflow as tf
from tracing import op_by_op

pytest_plugins = ["children", "cpu_times", "tiers"]

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


def pytest_addoption(parser):
    parser.addoption("--traced", action="store_true", help="trace what `op_by_op` would not")


@pytest.fixture(scope="module")
def untraced(pytestconfig):
    """For test files: runs TensorFlow functions op by op, which spares tracing."""
    with op_by_op(pytestconfig):
        yield


@pytest.fixture(scope="session")
def two_replicas():
    """One strategy for all tests: a second one would reuse the first one's collective keys."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1000 KiB, where this user may mount one: a tmpfs."""
    folder = tmp_path / "small_disk"
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("there is no mount")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1000k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
