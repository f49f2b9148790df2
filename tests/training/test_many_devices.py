"""Replicas and workers compute what one device computes: whole runs by the command line."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from run_state import state_of

from oasis_tf.runs import checkpoint_files

ROOT = Path(__file__).parents[2]
STEPS = 6
# Adam's epsilon keeps a rounding error of a gradient near 0 from becoming a whole step.
SETTINGS = {
    "training.batch_size": 4,
    "training.epochs": 2,
    "training.steps_per_epoch": STEPS // 2,
    "training.epsilon": 1e-3,
    "training.checkpoint_every": 2,
    "training.keep_last": 99,
    "generator.init_gain": 1,
    "discriminator.init_gain": 1,
}


def start(run, *options, worker=None, ports=(), **settings):
    """Begins to train in a process of its own; as one of several workers if `ports` are given."""
    command = [sys.executable, "-m", "oasis_tf", "train", "--config", "configs/tiny.yaml"]
    command += ["--run-dir", str(run), "--resume", *options]
    command += [f"--set={key}={value}" for key, value in (SETTINGS | settings).items()]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
    if ports:
        cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
        task = {"type": "worker", "index": worker}
        environment["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)


def start_workers(run, *, count=2, **settings):
    """Workers that find each other on this machine."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    options = ("--strategy", "multi-worker")
    return [start(run, *options, worker=w, ports=ports, **settings) for w in range(count)]


def finish(process, *, exit_code=0):
    output, errors = process.communicate(timeout=300)
    assert process.returncode == exit_code, output + errors
    assert "Traceback" not in errors
    return output + errors


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
    finish(start(run))
    return run


@pytest.mark.parametrize("count", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_replicas_train_like_one_device(alone, tmp_path, count):
    run = tmp_path / "run"
    message = finish(start(run, "--strategy", "mirrored", "--devices", str(count)))
    assert f"{count} parts of the CPU" in message
    assert_same_run(run, alone)


def test_two_workers_train_like_one_device(alone, tmp_path):
    chief, other = start_workers(tmp_path / "run")
    assert "worker 0 of 2" in finish(chief)
    assert "worker 1 of 2" in finish(other)
    assert_same_run(tmp_path / "run", alone)
    assert (tmp_path / "run" / "metrics.csv").read_text().count("\n") == 3


@pytest.mark.slow
def test_a_killed_worker_ends_the_others_and_all_go_on_from_the_checkpoint(alone, tmp_path):
    run = tmp_path / "run"
    chief, other = start_workers(run, **{"training.epochs": 1000})
    wait_for_checkpoint(run)
    other.send_signal(signal.SIGKILL)
    assert "worker" in finish(chief, exit_code=1)
    finish(other, exit_code=-signal.SIGKILL)
    for path in checkpoint_files.whole_checkpoints(run / "checkpoints"):
        if checkpoint_files.step_of(path) > 4:
            shutil.rmtree(path)
    for process in start_workers(run):
        assert "Going on" in finish(process)
    assert_same_run(run, alone)


@pytest.mark.slow
def test_sigterm_to_one_worker_stops_and_saves_them_all(tmp_path):
    run = tmp_path / "run"
    workers = start_workers(run, **{"training.epochs": 1000})
    wait_for_checkpoint(run)
    workers[1].send_signal(signal.SIGTERM)
    message = [finish(worker, exit_code=128 + signal.SIGTERM) for worker in workers]
    saved = {line for text in message for line in text.splitlines() if line.startswith("Stopped;")}
    steps = checkpoint_files.step_of(checkpoint_files.latest(run / "checkpoints"))
    assert saved == {f"Stopped; saved are {steps:,} steps."}  # none ended before it was saved


def wait_for_checkpoint(run):
    deadline = time.monotonic() + 240
    while checkpoint_files.latest(run / "checkpoints") is None:
        assert time.monotonic() < deadline, "no checkpoint was written"
        time.sleep(0.2)
