"""An export that a signal ends leaves no unfinished files and no process."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

EXPORT = """
import sys
from pathlib import Path

import test_ending
from oasis_tf.cli.export import app as cli
from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.publish import publishing


@cli.app.command()
def slow(out: Path, fifo: Path):
    with publishing(out) as (made,):
        made.write_text("half")
        in_fresh_process(test_ending.work, fifo=fifo)


cli.main()
"""
WORK = 60  # seconds


def work(*, fifo):
    with fifo.open("w"):
        time.sleep(WORK)


@contextmanager
def exporting(out, fifo):
    """Yields the process of an export, and a pipe that closes when its own child process ends."""
    os.mkfifo(fifo)
    path = os.pathsep.join((str(Path(__file__).parent), str(Path.cwd())))
    process = subprocess.Popen(
        [sys.executable, "-c", EXPORT, "slow", out, fifo], env=os.environ | {"PYTHONPATH": path}
    )
    try:
        with fifo.open() as worker:  # waits until it works
            yield process, worker
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_removes_what_is_half_written(tmp_path, number):
    out = tmp_path / "new" / "models" / "1"
    with exporting(out, tmp_path / "fifo") as (process, worker):
        assert [path.name[:11] for path in out.parent.iterdir()] == [".1.partial-"]
        process.send_signal(number)
        assert process.wait(WORK / 2) == 128 + number
        assert worker.read() == ""
    assert os.listdir(tmp_path) == ["fifo"]


def test_what_works_for_a_process_ends_with_it(tmp_path):
    with exporting(tmp_path / "1", tmp_path / "fifo") as (process, worker):
        start = time.monotonic()
        process.kill()
        assert worker.read() == ""
        assert time.monotonic() - start < WORK / 2
