"""The command line from end to end: train, be killed, resume, paint; and every bad input."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from oasis_tf import checkpoint
from oasis_tf.cli import app

ROOT = Path(__file__).parents[1]
TINY = str(ROOT / "configs" / "tiny.yaml")


def call(*arguments, exit_code=0):
    """Runs a verb; returns what it printed, and on stderr."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return result


def train(*arguments, **keywords):
    return call("train", "--config", TINY, *arguments, **keywords)


def setting(**values):
    """--set training.KEY=VALUE ..."""
    return [f"--set=training.{key}={value}" for key, value in values.items()]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """An uninterrupted run of 2 epochs of 3 steps, with checkpoints at steps 4 and 6."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    train("--run-dir", folder)
    return folder


@pytest.fixture
def killed_run(run, tmp_path):
    """The same run, killed after the checkpoint in the middle of its second epoch."""
    folder = tmp_path / "killed"
    shutil.copytree(run, folder)
    shutil.rmtree(folder / "checkpoints" / "step_00000006")
    return folder


def arrays(run, step):
    found = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    path = run / "checkpoints" / f"step_{step:08d}" / "training.weights.h5"
    with h5py.File(path) as file:
        file.visititems(collect)
    return found


def files_below(folder):
    return {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")}


def steps_logged(run):
    with (run / "metrics.csv").open(newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def test_a_run_leaves_checkpoints_pictures_and_curves(run):
    assert sorted(os.listdir(run / "checkpoints")) == ["step_00000004", "step_00000006"]
    assert sorted(os.listdir(run / "samples")) == ["step_00000003.png", "step_00000006.png"]
    assert steps_logged(run) == [3, 6]
    assert any((run / "tensorboard").iterdir())


def test_a_checkpoint_holds_all_that_training_needs(run):
    saved = arrays(run, 6)
    rooms = {name.split("/")[0] for name in saved}
    assert rooms >= {
        "generator",
        "discriminator",
        "ema_generator",
        "generator_optimizer",
        "discriminator_optimizer",
    }
    generator = keras.saving.load_model(run / "checkpoints" / "step_00000006" / "generator.keras")
    trainable = len(generator.variables) and sum(
        1 for weight in generator.weights if weight.path.endswith(("kernel", "bias"))
    )
    moments = [n for n in saved if n.startswith("generator_optimizer/") and saved[n].ndim > 0]
    assert len(moments) == 2 * trainable
    assert any(array.shape == () and array == 6 for array in saved.values())


def test_killed_in_mid_epoch_and_resumed_is_never_interrupted(run, killed_run):
    call("train", "--resume", "--run-dir", killed_run)
    expected, resumed = arrays(run, 6), arrays(killed_run, 6)
    assert expected.keys() == resumed.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)
    assert steps_logged(killed_run) == [3, 6]
    painted = [np.asarray(Image.open(r / "samples/step_00000006.png")) for r in (run, killed_run)]
    np.testing.assert_array_equal(*painted)


def test_resuming_a_finished_run_trains_no_further(run):
    before = arrays(run, 6)
    call("train", "--resume", "--run-dir", run)
    assert checkpoint.latest(run / "checkpoints").name == "step_00000006"
    assert all(np.array_equal(before[name], array) for name, array in arrays(run, 6).items())


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, monkeypatch):
    import signal

    from oasis_tf.callbacks import StopOnNonFiniteLoss

    monkeypatch.setattr(
        StopOnNonFiniteLoss,
        "on_train_batch_end",
        lambda self, batch, logs=None: os.kill(os.getpid(), signal.SIGINT),
    )
    result = train("--run-dir", tmp_path / "run", exit_code=130)
    assert "--resume --run-dir" in result.output
    assert os.listdir(tmp_path / "run" / "checkpoints") == ["step_00000001"]


def test_a_non_finite_loss_fails_with_the_step_and_saves_nothing(tmp_path):
    diverging = setting(discriminator_learning_rate=1e30, checkpoint_every=2)
    result = train("--run-dir", tmp_path / "run", *diverging, exit_code=1)
    assert "step 2: the loss" in result.stderr
    assert checkpoint.latest(tmp_path / "run" / "checkpoints") is None


def test_painting_on_held_out_maps_gives_label_maps_to_paint_on(run, tmp_path):
    call("generate", "--run", run, "--out", tmp_path / "a", "--samples", 2)
    names = sorted(os.listdir(tmp_path / "a" / "labels"))
    assert len(names) == 6
    call(
        "generate", "--run", run, "--out", tmp_path / "b", "--labels", tmp_path / "a" / "labels",
        "--samples", 2, "--batch-size", 4,
    )  # fmt: skip
    photographs = sorted(path.name for path in (tmp_path / "a").glob("*_?.png"))
    assert len(photographs) == 12
    for name in photographs:
        one, other = (np.int32(Image.open(tmp_path / out / name)) for out in "ab")
        assert one.shape == (32, 32, 3) and np.abs(one - other).max() <= 1
    assert (tmp_path / "b" / "contact_sheet.png").exists()


def test_a_run_folder_paints_alone_and_on_one_label_map_of_another_size(run, tmp_path):
    shutil.copytree(run / "checkpoints", tmp_path / "moved" / "checkpoints")
    label_map = np.zeros((50, 70), np.uint8)
    label_map[:25] = 1
    Image.fromarray(label_map).save(tmp_path / "mine.png")
    call(
        "generate", "--run", tmp_path / "moved", "--labels", tmp_path / "mine.png",
        "--out", tmp_path / "out", "--seed", 7,
    )  # fmt: skip
    assert sorted(os.listdir(tmp_path / "out")) == ["contact_sheet.png", "mine.png"]
    assert Image.open(tmp_path / "out" / "mine.png").size == (32, 32)


def test_an_existing_run_folder_is_left_alone(run):
    before = files_below(run)
    result = train("--run-dir", run, exit_code=2)
    assert "exists already" in result.stderr and "--resume" in result.stderr
    assert files_below(run) == before


@pytest.mark.parametrize("folder", ["missing", "without checkpoints"])
def test_resume_without_a_checkpoint(tmp_path, folder):
    if folder != "missing":
        (tmp_path / folder).mkdir()
    result = train("--resume", "--run-dir", tmp_path / folder, exit_code=2)
    assert str(tmp_path / folder) in result.stderr


def test_resume_with_another_architecture_names_the_keys(run):
    before = files_below(run)
    others = ["--set=generator.channels=3", "--set=data.num_scenes=5"]
    result = train("--resume", "--run-dir", run, *others, exit_code=2)
    assert "differ in data.num_scenes, generator.channels" in result.stderr
    assert files_below(run) == before


def test_resume_from_a_damaged_checkpoint_says_so(killed_run):
    weights = killed_run / "checkpoints" / "step_00000004" / "training.weights.h5"
    weights.write_bytes(bytes(weights.stat().st_size))
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=1)
    assert "step_00000004 cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.epoch=3", "unknown key training.epoch; did you mean epochs"),
        ("data.image_size=[33, 32]", "near sizes are [32, 32] and [36, 32]"),
        ("data.image_size=[4, 4]", "Landscapes cannot be rendered at 4x4"),
        ("data.num_scenes=0", "data.num_scenes is 0"),
    ],
)
def test_a_wrong_config_leaves_no_run_folder(tmp_path, override, sentence):
    result = train("--run-dir", tmp_path / "run", "--set", override, exit_code=2)
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_data_set_that_is_not_there_is_named(tmp_path):
    config = Path(TINY).with_name("camvid.yaml")
    arguments = ["--config", config, "--run-dir", tmp_path / "run", "--data-root", tmp_path]
    result = call("train", *arguments, exit_code=2)
    assert str(tmp_path / "images" / "train") in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_bad_label_met_in_training_is_named(tmp_path):
    for split in ("train", "val"):
        for kind, pixels in (("images", (32, 32, 3)), ("labels", (32, 32))):
            (tmp_path / kind / split).mkdir(parents=True)
            array = np.full(pixels, 9 if split == "train" else 1, np.uint8)
            Image.fromarray(array).save(tmp_path / kind / split / "a.png")
    folder = ["--set=data.source=folder", "--set=data.num_classes=3", "--set=data.void_id=0"]
    result = train(
        "--run-dir", tmp_path / "run", "--data-root", tmp_path, *folder, exit_code=2
    )  # fmt: skip
    assert str(tmp_path / "labels" / "train" / "a.png") in result.stderr
    again = train("--run-dir", tmp_path / "run", exit_code=2)
    assert "holds no checkpoint" in again.stderr


def test_the_module_runs_as_a_program():
    program = [sys.executable, "-m", "oasis_tf", "train", "--config", "nowhere.yaml"]
    result = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 2
    sentence = "Error: config nowhere.yaml cannot be read: No such file or directory"
    assert result.stderr.splitlines() == [sentence]


def test_train_without_a_config_says_what_it_needs():
    assert "--config is needed" in call("train", exit_code=2).stderr


@pytest.mark.parametrize(
    ("label_map", "sentence"),
    [
        (np.full((32, 32), 14, np.uint8), "holds the id 14"),
        (np.zeros((32, 32, 3), np.uint8), "one class id per pixel"),
        (None, "no such file"),
        (b"not a PNG", "cannot be decoded"),
    ],
    ids=["id outside", "colours", "missing", "corrupt"],
)
def test_a_label_map_that_cannot_be_painted_on_is_named(run, tmp_path, label_map, sentence):
    path = tmp_path / "mine.png"
    if isinstance(label_map, bytes):
        path.write_bytes(label_map)
    elif label_map is not None:
        Image.fromarray(label_map).save(path)
    arguments = ["--run", run, "--labels", path, "--out", tmp_path / "out"]
    result = call("generate", *arguments, exit_code=2)
    assert str(path) in result.stderr and sentence in result.stderr


def test_label_maps_are_not_painted_over(run, tmp_path):
    Image.fromarray(np.ones((32, 32), np.uint8)).save(tmp_path / "mine.png")
    arguments = ["--run", run, "--labels", tmp_path, "--out", tmp_path]
    assert "another folder" in call("generate", *arguments, exit_code=2).stderr


def test_an_empty_label_folder_is_named(run, tmp_path):
    arguments = ["--run", run, "--labels", tmp_path, "--out", tmp_path / "out"]
    assert "holds no .png label maps" in call("generate", *arguments, exit_code=2).stderr
