"""Keeps the tiers fast: no test starts a process unmarked, and no worker grows.

`make test-fast` runs the tests without a marker, `make test` also `process` and `heavy`,
`make test-all` also `slow`.
"""

import ctypes
import gc
import multiprocessing.process
import os
import subprocess
import sys

import keras
import pytest

from oasis_tf.runtime import tensorflow_start
from oasis_tf.runtime.host_memory import resident_bytes

STARTERS = (
    (subprocess.Popen, "__init__"),
    (multiprocessing.process.BaseProcess, "start"),
    (os, "fork"),
    (os, "posix_spawn"),
)
MOST_BYTES = 6 * 2**30  # much of it is oneDNN's cache of primitives, which stays in each thread


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Fails a test without the marker `process` where it, or a fixture of it, starts one."""
    with pytest.MonkeyPatch.context() as patch:
        if not item.get_closest_marker("process"):
            for owner, name in STARTERS:
                patch.setattr(owner, name, _refuse)
        return (yield)


def _refuse(*arguments, **keywords):
    pytest.fail("it starts a process: mark it with pytest.mark.process, or work in this one")


def pytest_collection_finish():
    """Takes what was imported out of garbage collection, which makes it fast enough to do often."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def bounded_memory():
    """Frees what a test file leaves in memory; fails where the peak was more than `MOST_BYTES`.

    Commands that run in this process leave glibc's settings as they are.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensorflow_start, "keep_freed_memory", lambda: None)
        yield
    keras.utils.clear_session()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    peak = resident_bytes().get("host_peak", 0)
    assert peak < MOST_BYTES, f"the tests of this process needed {peak / 2**30:.1f} GiB of memory"
