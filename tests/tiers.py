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
from pathlib import Path

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
# The files that take most CPU seconds (`pytest --cpu-times`), longest first.
LONGEST = (
    "exploration/test_explore_command.py",
    "cli/test_verbs_of_models.py",
    "models/test_parity.py",
    "data/test_cache.py",
    "models/test_oasis.py",
    "models/test_keras_contract.py",
    "export/test_saved_model.py",
    "models/test_execution.py",
    "packaging/test_wheel.py",
    "cli/test_train.py",
    "export/test_tflite.py",
    "generation/test_generate_command.py",
    "training/test_many_devices.py",
    "training/segmenter/test_train_segmenter_command.py",
    "models/test_spade_model.py",
    "models/test_keras_users.py",
    "training/test_instance_edges.py",
    "cli/test_resume.py",
    "evaluation/test_evaluator.py",
    "evaluation/test_inception_weights.py",
    "export/web/test_page.py",
    "weights/test_import_export.py",
    "evaluation/test_evaluate_command.py",
    "export/test_hammer.py",
)
MOST_BYTES = 3 * 2**30  # of a process that runs tests


def pytest_xdist_auto_num_workers():
    """One more than the processors: while one waits for a process or a server, another computes."""
    return (os.cpu_count() or 1) + 1


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


def pytest_collection_modifyitems(items):
    """Puts the longest files first, so that the workers end at about the same time."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: ranks.get(item.path.relative_to(tests).as_posix(), len(ranks)))


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
