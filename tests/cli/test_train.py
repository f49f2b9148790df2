"""`train` from beginning to end, and what ends it early: signals, a loss of NaN, a full disk."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from command_line import call
from signed_checkpoint import sign
from tiny_training import (
    arrays,
    files_below,
    setting,
    state_file,
    steps_logged,
    train,
)

from oasis_tf.models import build
from oasis_tf.optimizers.adam import Adam
from oasis_tf.runs import checkpoint_files, lock

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]
ROOT = Path(__file__).parents[2]


def test_a_run_leaves_checkpoints_pictures_and_curves(run):
    steps = [
        checkpoint_files.step_of(path)
        for path in checkpoint_files.whole_checkpoints(run / "checkpoints")
    ]
    assert steps == [3, 4, 6]
    assert sorted(os.listdir(run / "samples")) == ["step_00000003.png", "step_00000006.png"]
    assert steps_logged(run) == [3, 6]
    assert any((run / "tensorboard").iterdir())
    assert (run / "report.html").read_text().count("data:image/jpeg") == 2


def test_a_checkpoint_holds_all_that_training_needs(run):
    saved = arrays(run, 6)
    groups = {name.split("/")[0] for name in saved}
    assert groups >= {
        "generator",
        "discriminator",
        "ema_generator",
        "generator_optimizer",
        "discriminator_optimizer",
        "metrics",
    }
    generator = keras.saving.load_model(run / "checkpoints" / "step_00000006" / "generator.keras")
    trainable = len(generator.variables) and sum(
        1 for weight in generator.weights if weight.path.endswith(("kernel", "bias"))
    )
    moments = [n for n in saved if n.startswith("generator_optimizer/") and saved[n].ndim > 0]
    assert len(moments) == 2 * trainable
    assert saved["progress/step"] == 6


def test_a_signal_ends_training_after_its_step_saves_and_says_how_to_go_on(tmp_path, monkeypatch):
    from oasis_tf.training.callbacks import StopOnDivergence

    def send_and_wait(self, batch, logs=None):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)  # for the thread that reads it

    monkeypatch.setattr(StopOnDivergence, "on_train_batch_end", send_and_wait)
    result = train("--run-dir", tmp_path / "run", exit_code=143)
    assert (
        "the checkpoint of 1 step is saved" in result.output
        and "--resume --run-dir" in result.output
    )
    assert os.listdir(tmp_path / "run" / "checkpoints") == ["step_00000001"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_stdout_that_ends_ends_training_after_its_step_and_saves(tmp_path, monkeypatch):
    from oasis_tf.io.terminal import StandardOutputError
    from oasis_tf.training.callbacks import progress_line

    def broken(text):
        raise StandardOutputError(BrokenPipeError(32, "Broken pipe"))

    monkeypatch.setattr(progress_line, "write", broken)
    result = train("--run-dir", tmp_path / "run", *setting(checkpoint_every=100), exit_code=141)
    assert "Broken pipe. Stopping after this step." in result.stderr
    assert "Stopped; the checkpoint of 3 steps is saved." in result.stderr
    assert "step_00000003" in os.listdir(tmp_path / "run" / "checkpoints")


def test_a_non_finite_loss_fails_with_the_step_and_saves_nothing(tmp_path, monkeypatch):
    def adam(training, rate):  # of the discriminator more than a config may say
        return Adam(1e30 if rate == training.discriminator_learning_rate else rate)

    monkeypatch.setattr(build, "_adam", adam)
    often = setting(checkpoint_every=2)
    result = train("--run-dir", tmp_path / "run", *often, exit_code=1)
    assert "step 2: the loss" in result.stderr
    assert checkpoint_files.latest(tmp_path / "run" / "checkpoints") is None


def test_a_non_finite_loss_keeps_the_last_good_checkpoint(killed_run):
    good = killed_run / "checkpoints" / "step_00000004"
    damaged = {
        name: np.full_like(array, 1e30) if name.startswith("discriminator/") else array
        for name, array in arrays(killed_run, 4).items()
    }
    np.savez(state_file(killed_run, 4), **damaged)
    sign(good)
    before = files_below(good)
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=1)
    assert "step 5: the loss" in result.stderr and str(good) in result.stderr
    assert sorted(os.listdir(killed_run / "checkpoints")) == ["step_00000003", good.name]
    assert files_below(good) == before


def test_a_run_folder_that_is_deleted_while_it_trains_does_not_come_back(tmp_path, monkeypatch):
    from oasis_tf.training.callbacks import StopOnDivergence

    folder = tmp_path / "run"

    def delete(self, batch, logs=None):
        shutil.rmtree(folder, ignore_errors=True)

    monkeypatch.setattr(StopOnDivergence, "on_train_batch_end", delete)
    result = train("--run-dir", folder, *setting(checkpoint_every=1), exit_code=1)
    assert f"Error: {folder} was deleted, moved or replaced while the run" in result.stderr
    assert not folder.exists()


def test_what_another_process_does_before_the_lock_is_taken_counts(run, tmp_path, monkeypatch):
    """Of two that begin in one new folder, one may come to the lock when the other has finished."""
    folder, take = tmp_path / "both", lock.locked

    def after_the_other_one(path):
        shutil.copytree(run, folder)
        return take(path)

    monkeypatch.setattr(lock, "locked", after_the_other_one)
    events = {path.name for path in (run / "tensorboard").glob("events.*")}
    result = train("--resume", "--run-dir", folder)
    assert "Going on with the run in" in result.output and "steps 6 to 6" in result.output
    assert events <= set(os.listdir(folder / "tensorboard"))
    monkeypatch.undo()
    other = tmp_path / "other"
    monkeypatch.setattr(lock, "locked", lambda path: take(shutil.copytree(run, other) / path.name))
    assert "exists already" in train("--run-dir", other, exit_code=2).stderr
    assert steps_logged(other) == [3, 6]


def test_a_disk_that_is_full_from_the_start_is_named(killed_run):
    (killed_run / f".config.yaml.{os.getpid()}.tmp").symlink_to("/dev/full")
    result = train("--resume", "--run-dir", killed_run, exit_code=1)
    assert "cannot be written to: No space left on device" in result.stderr


@pytest.mark.process
def test_the_module_runs_as_a_program():
    program = [sys.executable, "-m", "oasis_tf", "train", "--config", "nowhere.yaml"]
    result = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 2
    sentence = "Error: config nowhere.yaml cannot be read: No such file or directory"
    assert result.stderr.splitlines() == [sentence]


def test_train_without_a_config_says_what_it_needs():
    assert "--config is needed" in call("train", exit_code=2).stderr
