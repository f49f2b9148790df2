"""Signals to a training process: it finishes its step, saves, says how to go on, and how it ended.

The processes are those of `benchmarks.soak`: the command line, forked before TensorFlow starts.
"""

import os
import signal

import pytest
from typer.testing import CliRunner

from benchmarks.soak import CONFIG, Soak, wait_for
from oasis_tf.cli.app import app
from oasis_tf.runs import checkpoint_files
from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.training import run as training_run

HEARD = "Stopping after this step"


@pytest.fixture
def run(tmp_path):
    return Soak(tmp_path / "run")


def ended(run, process):
    """Exit code of a process, and what it said."""
    process.join(120)
    message = run.log.read_text()
    assert "Traceback" not in message
    return process.exitcode, message


@pytest.mark.process
@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGTERM, signal.SIGINT),
        pytest.param((signal.SIGHUP,), marks=pytest.mark.slow),
    ],
    ids=["terminated and interrupted", "terminal closed"],
)
@pytest.mark.slow
def test_one_after_some_steps_ends_training_with_a_checkpoint_and_the_next_life_goes_on(
    run, numbers
):
    """SIGHUP is in `make test-all`: the three signals have one handler."""
    for number in numbers:
        before, process = run.steps, run.start()
        wait_for(lambda before=before: run.steps > before, process)
        os.kill(process.pid, number)
        code, message = ended(run, process)
        assert code == 128 + number and HEARD in message
        assert run.steps > before and f"the checkpoint of {run.steps} step" in message
        assert f"--resume --run-dir {run.folder.path}" in message
        assert checkpoint_files.damage_of(checkpoint_files.latest(run.folder.checkpoints)) == []


@pytest.mark.process
def test_one_before_the_first_step_ends_with_nothing_to_save(run):
    process = run.start()
    wait_for(run.folder.config.exists, process)
    os.kill(process.pid, signal.SIGTERM)
    code, message = ended(run, process)
    assert code == 128 + signal.SIGTERM
    assert f"no weights to save, and only {run.folder.config} was kept." in message
    assert (
        f"begin again    python -m oasis_tf train --resume --run-dir {run.folder.path}" in message
    )
    assert f"{run.folder.path} --config {run.folder.config}" in message
    assert run.steps == 0


@pytest.mark.process
def test_a_second_one_ends_it_at_once(run):
    process = run.start()
    wait_for(run.folder.config.exists, process)
    os.kill(process.pid, signal.SIGTERM)
    wait_for(lambda: HEARD in run.log.read_text(), process)
    os.kill(process.pid, signal.SIGINT)
    code, message = ended(run, process)
    assert code == 128 + signal.SIGINT and "no weights to save" not in message
    assert "Ended at once, without saving. The same command with --resume goes on" in message


def test_ctrl_c_before_training_begins_is_no_stack_trace(tmp_path, monkeypatch):
    def interrupted(**arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(training_run, "TrainingRun", interrupted)
    arguments = ["train", "--config", str(CONFIG), "--run-dir", str(tmp_path / "run")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 130 and "Traceback" not in result.output
    assert "Interrupted before the first step. The same command begins again." in result.output
    assert not (tmp_path / "run").exists()


def test_a_signal_that_the_process_was_started_to_ignore_stays_ignored():
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopRequest() as request:
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert request.number is None
    finally:
        signal.signal(signal.SIGHUP, previous)
