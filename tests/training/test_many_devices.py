"""Replicas and workers compute what one device computes: whole runs by the command line."""

import json
import multiprocessing
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from run_state import state_of

from benchmarks.soak import CONFIG, start_command
from oasis_tf.runs import checkpoint_files

pytestmark = pytest.mark.process
STEPS = 6
# Adam's epsilon keeps a rounding error of a gradient near 0 from becoming a whole step.
SETTINGS = {
    "training.batch_size": 4,
    "training.epochs": 2,
    "training.steps_per_epoch": STEPS // 2,
    "training.epsilon": 1e-3,
    "training.checkpoint_every": 2,
    "training.keep_last": 99,
    "data.image_size": "[8, 8]",
    "generator.num_blocks": 1,
    "generator.spade_hidden": 2,
    "generator.init_gain": 1,
    "discriminator.channels": "[2]",
    "discriminator.init_gain": 1,
}


@dataclass(frozen=True)
class Training:
    """A process that trains, and the file that its output goes to."""

    process: multiprocessing.Process
    log: Path

    def finish(self, *, exit_code=0):
        """Waits for the end; returns the output."""
        self.process.join(300)
        output = self.log.read_text()
        assert self.process.exitcode == exit_code, output
        assert "Traceback" not in output
        return output


def start(run, *options, worker=0, ports=(), **settings):
    """Starts training in a process of its own; as one of several workers if `ports` are given."""
    arguments = ["train", "--config", str(CONFIG), "--run-dir", str(run), "--resume", *options]
    arguments += [f"--set={key}={value}" for key, value in (SETTINGS | settings).items()]
    environment = {}
    if ports:
        cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
        task = {"type": "worker", "index": worker}
        environment["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    log = run.with_name(f"{run.name}_{worker}.log")
    return Training(start_command(arguments, log=log, environment=environment), log)


def start_workers(run, *, count=2, **settings):
    """Workers that find each other on this machine."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    options = ("--strategy", "multi-worker")
    return [start(run, *options, worker=w, ports=ports, **settings) for w in range(count)]


def assert_same_run(run, expected):
    """Weights, optimizers, average, u and metrics at the last step, to float tolerance."""
    actual, expected = state_of(run, STEPS), state_of(expected, STEPS)
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(actual[name], array, rtol=2e-3, atol=2e-5, err_msg=name)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The run on one device."""
    run = tmp_path_factory.mktemp("runs") / "alone"
    start(run).finish()
    return run


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_replicas_train_like_one_device(alone, tmp_path, count):
    run = tmp_path / "run"
    message = start(run, "--strategy", "mirrored", "--devices", str(count)).finish()
    assert f"{count} parts of the CPU" in message
    assert_same_run(run, alone)


def test_two_workers_train_like_one_device(alone, tmp_path):
    chief, other = start_workers(tmp_path / "run")
    assert "worker 0 of 2" in chief.finish()
    assert "worker 1 of 2" in other.finish()
    assert_same_run(tmp_path / "run", alone)
    assert (tmp_path / "run" / "metrics.csv").read_text().count("\n") == 3


@pytest.mark.slow
def test_a_killed_worker_ends_the_others_and_all_go_on_from_the_checkpoint(alone, tmp_path):
    run = tmp_path / "run"
    chief, other = start_workers(run, **{"training.epochs": 1000})
    wait_for_checkpoint(run)
    other.process.kill()
    assert "worker" in chief.finish(exit_code=1)
    other.finish(exit_code=-signal.SIGKILL)
    for path in checkpoint_files.whole_checkpoints(run / "checkpoints"):
        if checkpoint_files.step_of(path) > 4:
            shutil.rmtree(path)
    for process in start_workers(run):
        assert "Going on" in process.finish()
    assert_same_run(run, alone)


@pytest.mark.slow
def test_sigterm_to_one_worker_stops_and_saves_them_all(tmp_path):
    run = tmp_path / "run"
    workers = start_workers(run, **{"training.epochs": 1000})
    wait_for_checkpoint(run)
    workers[1].process.terminate()
    message = [worker.finish(exit_code=128 + signal.SIGTERM) for worker in workers]
    saved = {line for text in message for line in text.splitlines() if line.startswith("Stopped;")}
    steps = checkpoint_files.step_of(checkpoint_files.latest(run / "checkpoints"))
    assert saved == {
        f"Stopped; the checkpoint of {steps:,} steps is saved."
    }  # none ended before it was saved


def wait_for_checkpoint(run):
    deadline = time.monotonic() + 240
    while checkpoint_files.latest(run / "checkpoints") is None:
        assert time.monotonic() < deadline, "no checkpoint was written"
        time.sleep(0.2)
