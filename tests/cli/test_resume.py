"""`train --resume`: the run goes on as if never interrupted, or the reason why not is named."""

import os
import shutil

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_training import (
    arrays,
    files_below,
    rot,
    setting,
    state_file,
    steps_logged,
    train,
)

from oasis_tf.config import load_config
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.checkpoint import load_generator

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


def test_killed_in_mid_epoch_and_resumed_is_never_interrupted(run, killed_run):
    call("train", "--resume", "--run-dir", killed_run)
    expected, resumed = arrays(run, 6), arrays(killed_run, 6)
    assert expected.keys() == resumed.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)
    assert steps_logged(killed_run) == [3, 6]
    painted = [np.asarray(Image.open(r / "samples/step_00000006.png")) for r in (run, killed_run)]
    np.testing.assert_array_equal(*painted)


def test_own_moments_chosen_on_resume_change_images_but_not_training(run, killed_run):
    call("train", "--resume", "--run-dir", killed_run, "--set", "generator.own_moments=0.5")
    expected, resumed = arrays(run, 6), arrays(killed_run, 6)
    assert all(np.array_equal(array, resumed[name]) for name, array in expected.items())
    path = checkpoint_files.latest(killed_run / "checkpoints")
    assert load_config(path / "config.yaml").generator.own_moments == 0.5
    assert load_generator(path).own_moments == 0.5
    painted = [np.asarray(Image.open(r / "samples/step_00000006.png")) for r in (run, killed_run)]
    assert np.any(painted[0] != painted[1])


def test_resuming_a_finished_run_trains_no_further(run):
    before = arrays(run, 6)
    call("train", "--resume", "--run-dir", run)
    assert checkpoint_files.latest(run / "checkpoints").name == "step_00000006"
    assert all(np.array_equal(before[name], array) for name, array in arrays(run, 6).items())


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("generator.own_moments=0.5", "generator.own_moments 0.5 for 0.0"),
        ("training.recalibration_batches=3", "training.recalibration_batches 3 for 2"),
    ],
)
def test_a_finished_run_refuses_a_key_that_would_change_nothing(run, override, named):
    before = files_below(run)
    result = call("train", "--resume", "--run-dir", run, "--set", override, exit_code=2)
    assert f"only new checkpoints take {named}; train on" in result.stderr
    assert files_below(run) == before


@pytest.mark.parametrize("folder", ["missing", "without checkpoints"])
def test_resume_without_a_checkpoint_needs_a_config(tmp_path, folder):
    if folder != "missing":
        (tmp_path / folder).mkdir()
    result = call("train", "--resume", "--run-dir", tmp_path / folder, exit_code=2)
    assert str(tmp_path / folder) in result.stderr


def test_resume_with_a_config_begins_where_a_run_came_to_no_checkpoint(run, tmp_path):
    left = tmp_path / "left"
    shutil.copytree(run, left)
    shutil.rmtree(left / "checkpoints")
    (left / "checkpoints" / ".writing-step_00000003").mkdir(parents=True)
    (left / "notes.txt").write_text("mine")
    (left / "samples" / "step_00000009.png").touch()
    assert "begin again there by --resume" in train("--run-dir", left, exit_code=2).stderr
    result = train("--resume", "--run-dir", left, *setting(epochs=1))
    assert result.output.startswith("There is no checkpoint yet: beginning a new run")
    assert steps_logged(left) == [3]
    assert os.listdir(left / "samples") == ["step_00000003.png"]
    assert os.listdir(left / "checkpoints") == ["step_00000003"]
    assert sum("tfevents" in name for name in os.listdir(left / "tensorboard")) == 2
    assert (left / "notes.txt").read_text() == "mine"


def test_resume_with_a_config_leaves_a_folder_alone_that_is_no_run(tmp_path):
    (tmp_path / "metrics.csv").write_text("mine")
    result = train("--resume", "--run-dir", tmp_path, exit_code=2)
    assert "holds no run" in result.stderr
    assert os.listdir(tmp_path) == ["metrics.csv"]


def test_resume_with_another_architecture_names_the_keys(run):
    before = files_below(run)
    others = ["--set=generator.channels=3", "--set=data.num_scenes=5"]
    result = train("--resume", "--run-dir", run, *others, exit_code=2)
    assert "differ in data.num_scenes, generator.channels" in result.stderr
    assert files_below(run) == before


def test_resume_after_the_architecture_was_edited_in_the_runs_own_config(killed_run):
    config = killed_run / "config.yaml"
    config.write_text(config.read_text().replace("spade_hidden: 2", "spade_hidden: 5"))
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert "differ in generator.spade_hidden" in result.stderr


def test_resume_without_the_runs_config_names_it(killed_run):
    (killed_run / "config.yaml").unlink()
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert f"{killed_run}/config.yaml cannot be read" in result.stderr


@pytest.mark.slow
def test_resume_passes_over_a_damaged_checkpoint_and_ends_the_same(run, killed_run):
    rot(state_file(killed_run, 4))
    result = call("train", "--resume", "--run-dir", killed_run)
    assert "step_00000004 is damaged (training.npz) and is passed over" in result.stderr
    assert "steps 3 to 6" in result.stdout
    assert state_file(killed_run, 6).read_bytes() == state_file(run, 6).read_bytes()
    assert (killed_run / "checkpoints" / "damaged_00000004").is_dir()


def test_resume_with_nothing_but_damaged_checkpoints_says_so_and_begins_nothing(killed_run):
    for step in (3, 4):
        rot(state_file(killed_run, step))
    before = files_below(killed_run)
    result = train("--resume", "--run-dir", killed_run, exit_code=1)
    assert "can be read" in result.stderr and "step_00000003 is damaged" in result.stderr
    assert files_below(killed_run) == before


def test_an_existing_run_folder_is_left_alone(run):
    before = files_below(run)
    result = train("--run-dir", run, exit_code=2)
    assert "exists already" in result.stderr and "--resume" in result.stderr
    assert files_below(run) == before


def test_a_folder_that_another_process_trains_in_is_refused(killed_run):
    from oasis_tf.runs.lock import locked

    before = files_below(killed_run)
    with locked(killed_run / "train.lock"):
        result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert f"process {os.getpid()} on " in result.stderr and "is training there" in result.stderr
    assert files_below(killed_run).keys() == before.keys()
