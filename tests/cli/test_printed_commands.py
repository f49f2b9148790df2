"""Commands that are printed to be pasted into a shell, for paths that a shell would take apart."""

import shlex
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from command_line import call

from oasis_tf.cli.train import _options, _print_files
from oasis_tf.cli.train_segmenter import _say_what_came_of_it
from oasis_tf.config.load import load_config
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import RunFolder
from oasis_tf.weights import import_export
from oasis_tf.weights.import_export import Origin

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
NAMES = ["plain", "my run", 'it\'s; $HOME & #1: "x"']


def printed(message, heading):
    """The command behind a heading, as a shell takes it apart."""
    (line,) = (line for line in message.splitlines() if line.strip().startswith(heading))
    command = line.partition("or: ")[2] or line.strip().removeprefix(heading)
    return shlex.split(command)


def make(path):
    """Makes the folder of a file; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_training_prints_how_to_go_on(tmp_path, capsys, name):
    folder, config = RunFolder(tmp_path / name), tmp_path / f"{name}.yaml"
    run = SimpleNamespace(config=load_config(TINY))
    _print_files(folder, run, False, config)
    message = capsys.readouterr().out
    expected = ["python", "-m", "oasis_tf", "train", "--resume", "--run-dir", str(folder.path)]
    assert printed(message, "begin again") == [*expected, "--config", str(config)]
    assert message.count("\n") == 1  # nothing else is there
    run.config.save(make(folder.config))
    _print_files(folder, run, False, config)
    message = capsys.readouterr().out
    assert printed(message, "begin again") == [*expected, "--config", str(folder.config)]
    assert (
        f"to begin that run anew, add --config {shlex.quote(str(folder.config))} (and --init-from"
        in call(*printed(message, "begin again")[3:-2], exit_code=2).stderr
    )
    files = {"weights": Path.touch}
    checkpoint_files.write(folder.checkpoints, step=1, files=files, keep_last=1)
    for file in (folder.metrics, folder.report, folder.samples / "step_00000001.png"):
        make(file).touch()
    _print_files(folder, run, True, config)
    message = capsys.readouterr().out
    longer = f"training.epochs={2 * run.config.training.epochs}"
    assert printed(message, "go on") == [*expected, "--set", longer]
    assert str(folder.path) in printed(message, "paint")
    assert printed(message, "curves")[-2:] == ["--logdir", str(folder.tensorboard)]
    assert message.count("\n") == 6


def test_a_run_that_ended_before_its_first_step_begins_again_from_the_same_weights(
    tmp_path, capsys
):
    folder, run = RunFolder(tmp_path / "run"), SimpleNamespace(config=load_config(TINY))
    run.config.save(make(folder.config))
    options = {"--init-from": tmp_path / "my run", "--class": ["goat=animal", "sea=a lake"]}
    _print_files(folder, run, False, TINY, used=_options({"--devices": 2}), start=_options(options))
    words = printed(capsys.readouterr().out, "begin again")
    assert words[-8:-6] == ["--config", str(folder.config)] and "--devices" in words
    expected = ["--init-from", str(tmp_path / "my run"), "--class", "goat=animal"]
    assert words[-6:] == [*expected, "--class", "sea=a lake"]
    checkpoint_files.write(folder.checkpoints, step=1, files={"w": Path.touch}, keep_last=1)
    _print_files(folder, run, False, TINY, used=_options({"--devices": 2}), start=_options(options))
    message = capsys.readouterr().out  # the checkpoint holds the weights
    assert "--init-from" not in message and printed(message, "go on")[-2:] == ["--devices", "2"]


@pytest.mark.parametrize("name", NAMES)
def test_importing_prints_how_to_go_on(tmp_path, monkeypatch, name):
    networks = ("ema_generator", "generator", "discriminator")
    origins = {network: Origin(Path("a.pth"), is_own=True) for network in networks}
    monkeypatch.setattr(import_export, "import_run", lambda *_, **__: origins)
    run = tmp_path / name
    options = ("--checkpoint", tmp_path, "--config", TINY, "--run-dir", run)
    message = call("import-weights", *options).stdout
    assert str(run) in printed(message, "go on") and str(run) in printed(message, "paint")


@pytest.mark.parametrize("name", NAMES)
def test_a_segmenter_prints_how_to_measure_with_it(tmp_path, capsys, name):
    out = tmp_path / f"{name}.keras"
    best = SimpleNamespace(miou=0.5, accuracy=0.5, per_class_iou=lambda: np.zeros(2))
    data = SimpleNamespace(class_names=["void", "sky"], held_out=[0])
    training = SimpleNamespace(best=best, data=data, out=out)
    _say_what_came_of_it(training, finished=True)
    command = printed(capsys.readouterr().out, "measure")
    (override,) = (part for part in command if part.startswith("evaluation.segmenter.model="))
    kind = "evaluation.segmenter.kind=keras"
    config = load_config(TINY, overrides=[kind, override])
    assert config.evaluation.segmenter.model == str(out)
