"""The children of pytest-xdist's workers, in a session of its own with two small test files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FIRST = """
import os, signal, warnings

def test_passes():
    warnings.warn("a warning of a child")

def test_is_killed():
    os.kill(os.getpid(), signal.SIGKILL)

def test_fails_after_it():
    assert 1 == 2, "as it should"
"""
SECOND = """
import os
from pathlib import Path
import pytest

@pytest.fixture(scope="session")
def kept():
    yield Path(os.environ["PIDS"])
    Path(os.environ["PIDS"]).with_name("ended").touch()

@pytest.mark.parametrize("i", range(2))
def test_two_share_a_child(kept, i):
    with kept.open("a") as file:
        file.write(f"{os.getpid()}\\n")
"""
THIRD = """
import os
from pathlib import Path

def test_another_file():
    with Path(os.environ["PIDS"]).open("a") as file:
        file.write(f"{os.getpid()}\\n")
"""
GROW = """
import children
children.GROWN_BYTES = 0
"""


def session(folder, *files, plugin="children"):
    """Output of pytest with one worker, and the ids of the processes that its tests wrote."""
    for i, text in enumerate(files):
        (folder / f"test_{i}.py").write_text(text)
    (folder / "grow.py").write_text(GROW)
    command = [sys.executable, "-m", "pytest", "-n", "1", "-q", "-p", plugin, "-p", "children"]
    paths = os.pathsep.join(map(str, (folder, TESTS, TESTS.parent)))
    pids = folder / "pids"
    pids.touch()
    environment = {"PYTHONPATH": paths, "PIDS": str(pids)}
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"} | environment
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr, pids.read_text().split()


@pytest.mark.process
def test_a_killed_child_fails_its_test_and_a_new_one_goes_on(tmp_path):
    output, _ = session(tmp_path, FIRST)
    assert "2 failed, 1 passed, 1 warning" in output
    assert "the process that ran this test ended: SIGKILL" in output
    assert "a warning of a child" in output and "as it should" in output


@pytest.mark.process
@pytest.mark.parametrize("plugin", ["children", "grow"])
def test_a_child_that_has_grown_ends_after_its_file_with_its_fixtures(tmp_path, plugin):
    output, pids = session(tmp_path, SECOND, THIRD, plugin=plugin)
    assert "3 passed" in output and (tmp_path / "ended").exists()
    first, second, third = pids
    assert first == second and (third != second) == (plugin == "grow")


@pytest.mark.process
def test_the_fixtures_of_an_interrupted_child_end(tmp_path):
    interrupted = "\n\ndef test_interrupted(kept):\n    os.kill(os.getpid(), 2)\n"
    output, _ = session(tmp_path, SECOND + interrupted)
    assert "the process that ran this test ended: exit code 1" in output
    assert (tmp_path / "ended").exists()


@pytest.mark.process
def test_a_file_that_computes_where_it_is_imported_is_refused(tmp_path):
    output, _ = session(tmp_path, "import tensorflow as tf\ntf.constant(1)\ndef test_it(): pass\n")
    assert "a test file computes with TensorFlow where it is imported" in output
