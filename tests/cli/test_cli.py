"""The command line from end to end: train, be killed, resume, paint; and every bad input."""

import csv
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
import yaml
from command_line import call
from PIL import Image
from signed_checkpoint import sign

from oasis_tf.models import build
from oasis_tf.optimizers.adam import Adam
from oasis_tf.runs import checkpoint_files, lock

ROOT = Path(__file__).parents[2]
TINY = str(ROOT / "configs" / "tiny.yaml")


def train(*arguments, **keywords):
    return call("train", "--config", TINY, *arguments, **keywords)


def setting(**values):
    """--set training.KEY=VALUE ..."""
    return [f"--set=training.{key}={value}" for key, value in values.items()]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """An uninterrupted run of 2 epochs of 3 steps; checkpoints at steps 4, 6 and, the best, 3."""
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


@pytest.fixture
def pairs(tmp_path):
    """A data set of two good pairs a split, and the options that train on it."""
    root = tmp_path / "pairs"
    for split in ("train", "val"):
        for kind, pixels in (("images", (32, 32, 3)), ("labels", (32, 32))):
            (root / kind / split).mkdir(parents=True)
            for name in "ab":
                path = root / kind / split / f"{name}.png"
                Image.fromarray(np.ones(pixels, np.uint8)).save(path)
    keys = {"source": "folder", "num_classes": 3, "void_id": 0}
    return root, ["--data-root", root, *(f"--set=data.{key}={keys[key]}" for key in keys)]


def state_file(run, step):
    return run / "checkpoints" / f"step_{step:08d}" / "training.npz"


def arrays(run, step):
    with np.load(state_file(run, step)) as file:
        return dict(file)


def files_below(folder):
    return {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")}


def steps_logged(run):
    with (run / "metrics.csv").open(newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


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
    rooms = {name.split("/")[0] for name in saved}
    assert rooms >= {
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
    assert saved["progress/0"] == 6


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
    assert checkpoint_files.latest(run / "checkpoints").name == "step_00000006"
    assert all(np.array_equal(before[name], array) for name, array in arrays(run, 6).items())


def test_a_signal_ends_training_after_its_step_saves_and_says_how_to_go_on(tmp_path, monkeypatch):
    from oasis_tf.training.callbacks import StopOnDivergence

    def send_and_wait(self, batch, logs=None):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)  # for the thread that reads it

    monkeypatch.setattr(StopOnDivergence, "on_train_batch_end", send_and_wait)
    result = train("--run-dir", tmp_path / "run", exit_code=143)
    assert "saved are 1 steps" in result.output and "--resume --run-dir" in result.output
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
    assert "Stopped; saved are 3 steps." in result.stderr
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
    (killed_run / ".config.yaml.tmp").symlink_to("/dev/full")
    result = train("--resume", "--run-dir", killed_run, exit_code=1)
    assert "cannot be written to: No space left on device" in result.stderr


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


def test_the_best_checkpoint_paints_if_asked_for(run, tmp_path):
    best = checkpoint_files.best(run / "checkpoints")
    assert checkpoint_files.step_of(best) == 3
    label_map = tmp_path / "mine.png"
    Image.fromarray(np.ones((32, 32), np.uint8)).save(label_map)
    options = ["generate", "--labels", label_map, "--run"]
    alone = tmp_path / "alone"
    shutil.copytree(best, alone / "checkpoints" / best.name)
    call(*options, run, "--out", tmp_path / "best", "--checkpoint", "best")
    call(*options, run, "--out", tmp_path / "latest")
    call(*options, alone, "--out", tmp_path / "expected")
    painted = {
        name: np.asarray(Image.open(tmp_path / name / "mine.png"))
        for name in ("best", "latest", "expected")
    }
    np.testing.assert_array_equal(painted["best"], painted["expected"])
    assert (painted["best"] != painted["latest"]).any()


def test_painting_with_the_best_of_a_run_that_has_none_says_so(run, tmp_path):
    newest = run / "checkpoints" / "step_00000006"
    shutil.copytree(newest, tmp_path / "checkpoints" / newest.name)
    arguments = ["--run", tmp_path, "--out", tmp_path / "out", "--checkpoint", "best"]
    assert "--checkpoint latest" in call("generate", *arguments, exit_code=2).stderr


def test_an_existing_run_folder_is_left_alone(run):
    before = files_below(run)
    result = train("--run-dir", run, exit_code=2)
    assert "exists already" in result.stderr and "--resume" in result.stderr
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


def test_a_folder_that_another_process_trains_in_is_refused(killed_run):
    from oasis_tf.runs.lock import locked

    before = files_below(killed_run)
    with locked(killed_run / "train.lock"):
        result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert f"process {os.getpid()} on " in result.stderr and "is training there" in result.stderr
    assert files_below(killed_run).keys() == before.keys()


def test_resume_with_another_architecture_names_the_keys(run):
    before = files_below(run)
    others = ["--set=generator.channels=3", "--set=data.num_scenes=5"]
    result = train("--resume", "--run-dir", run, *others, exit_code=2)
    assert "differ in data.num_scenes, generator.channels" in result.stderr
    assert files_below(run) == before


def test_resume_after_the_architecture_was_edited_in_the_runs_own_config(killed_run):
    config = killed_run / "config.yaml"
    config.write_text(config.read_text().replace("spade_hidden: 4", "spade_hidden: 5"))
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert "differ in generator.spade_hidden" in result.stderr


def test_resume_without_the_runs_config_names_it(killed_run):
    (killed_run / "config.yaml").unlink()
    result = call("train", "--resume", "--run-dir", killed_run, exit_code=2)
    assert f"{killed_run}/config.yaml cannot be read" in result.stderr


def rot(path):
    """Changes one byte of a file, as a failing disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


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


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.epoch=3", "unknown key training.epoch; did you mean epochs"),
        ("data.image_size=[33, 32]", "near sizes are [32, 32] and [36, 32]"),
        ("data.image_size=[4, 4]", "Landscapes cannot be rendered at 4x4"),
        ("data.num_scenes=0", "data.num_scenes is 0"),
        ("data={source: landscapes, image_size: [16384, 16384]}", "make data.image_size or the "),
    ],
)
def test_a_wrong_config_leaves_no_run_folder(tmp_path, override, sentence):
    result = train("--run-dir", tmp_path / "run", "--set", override, exit_code=2)
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--set=training.steps_per_execution=2",), "which does not divide the 3 steps"),
        (("--devices=2",), "--devices 2 needs --strategy mirrored"),
        (("--strategy=mirrored",), "this machine has no GPU"),
        (("--strategy=multi-worker",), "TF_CONFIG is not set"),
    ],
)
def test_devices_that_cannot_train_leave_no_run_folder(tmp_path, monkeypatch, options, sentence):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    result = train("--run-dir", tmp_path / "run", *options, exit_code=2)
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("training: [", "is not YAML"), ("date: {}", "unknown key date; did you mean data")],
)
def test_a_config_that_cannot_be_read_is_named(tmp_path, text, sentence):
    config = tmp_path / "mine.yaml"
    config.write_text(text)
    arguments = ["--config", config, "--run-dir", tmp_path / "run"]
    result = call("train", *arguments, exit_code=2)
    assert str(config) in result.stderr and sentence in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_data_set_that_is_not_there_is_named(tmp_path):
    config = Path(TINY).with_name("camvid.yaml")
    arguments = ["--config", config, "--run-dir", tmp_path / "run", "--data-root", tmp_path]
    result = call("train", *arguments, exit_code=2)
    assert str(tmp_path / "images" / "train") in result.stderr
    assert not (tmp_path / "run").exists()


def emptied(path):
    for file in path.iterdir():
        file.unlink()


def coloured(path):
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(path)


@pytest.mark.parametrize(
    ("broken", "how", "named", "sentence"),
    [
        ("labels/val", emptied, "labels/val", "holds no .png files"),
        ("images/train/b.png", Path.unlink, "labels/train/b.png", "there is no image"),
        ("labels/val/a.png", lambda path: path.write_bytes(b""), None, "cannot be read"),
        ("labels/train/a.png", coloured, None, "one class id per pixel"),
    ],
    ids=["empty folder", "unpaired", "corrupt", "colours"],
)
def test_bad_data_is_named_before_anything_is_written(
    tmp_path, pairs, broken, how, named, sentence
):
    root, options = pairs
    how(root / broken)
    result = train("--run-dir", tmp_path / "run", *options, exit_code=2)
    assert result.stderr.startswith(f"Error: {root / (named or broken)}: ")
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_bad_label_met_in_training_is_named(tmp_path, pairs, split):
    root, options = pairs
    bad = root / "labels" / split / "b.png"
    Image.fromarray(np.full((32, 32), 9, np.uint8)).save(bad)
    result = train("--run-dir", tmp_path / "run", *options, exit_code=2)
    assert result.stderr.startswith(f"Error: {bad}: the label map holds the id 9")
    again = train("--run-dir", tmp_path / "run", exit_code=2)
    assert "holds no checkpoint" in again.stderr and "--resume" in again.stderr


def test_a_bad_held_out_label_met_in_painting_is_named(tmp_path, pairs):
    root, options = pairs
    train("--run-dir", tmp_path / "run", *options, *setting(epochs=1, steps_per_epoch=1))
    bad = root / "labels/val/b.png"
    Image.fromarray(np.full((32, 32), 9, np.uint8)).save(bad)
    arguments = ["--run", tmp_path / "run", "--out", tmp_path / "out"]
    result = call("generate", *arguments, exit_code=1)  # the other label map is painted
    assert "Error: 1 of 2 label maps were left out" in result.stderr
    assert f"{bad}: the label map holds the id 9" in result.stderr
    assert (tmp_path / "out" / "a.png").exists()


@pytest.fixture(scope="module")
def coloured(tmp_path_factory):
    """A data set whose label maps hold colours, the config that says so, and a run on them."""
    root = tmp_path_factory.mktemp("coloured")
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[8:16], pixels[16:24] = (70, 130, 180), (128, 64, 128)
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (root / kind / split).mkdir(parents=True)
            Image.fromarray(pixels).save(root / kind / split / "a.png")
    experiment = yaml.safe_load(Path(TINY).read_text())
    experiment["data"] = {
        "source": "folder",
        "image_size": [32, 32],
        "num_classes": 3,
        "label_colors": [[0, 0, 0], [70, 130, 180], [[128, 64, 128], [244, 35, 232]]],
    }
    experiment["generator"]["init_gain"] = 1.0  # so that a photograph shows the classes
    experiment["training"] |= {"epochs": 1, "steps_per_epoch": 1, "score_images": 1}
    config = root / "config.yaml"
    config.write_text(yaml.safe_dump(experiment))
    call("train", "--config", config, "--data-root", root, "--run-dir", root / "run")
    return root, config, root / "run"


def test_label_maps_of_colours_are_written_edited_and_painted(tmp_path, coloured):
    root, _, run = coloured
    call("generate", "--run", run, "--out", tmp_path / "first")
    written = np.array(Image.open(tmp_path / "first" / "labels" / "a.png"))
    np.testing.assert_array_equal(written, Image.open(root / "labels/val/a.png"))

    (tmp_path / "edited").mkdir()
    road = (written == (128, 64, 128)).all(-1, keepdims=True)
    for name, color in (("also_road", (244, 35, 232)), ("sky", (70, 130, 180))):
        edited = np.where(road, color, written).astype(np.uint8)
        Image.fromarray(edited).save(tmp_path / "edited" / f"{name}.png")
    edited = ["--labels", tmp_path / "edited"]
    call("generate", "--run", run, "--out", tmp_path / "second", *edited)
    photograph, also_road, sky = (
        np.int32(Image.open(tmp_path / path))
        for path in ("first/a.png", "second/also_road.png", "second/sky.png")
    )
    assert np.abs(also_road - photograph).max() <= 1
    assert np.abs(sky - photograph).max() > 10


@pytest.mark.parametrize("verb", ["train", "generate"])
def test_a_colour_of_no_class_is_named(tmp_path, coloured, verb):
    root = tmp_path / "data"
    shutil.copytree(coloured[0], root, ignore=shutil.ignore_patterns("run"))
    path = root / "labels" / "val" / "a.png"
    Image.fromarray(np.full((32, 32, 3), (70, 130, 181), np.uint8)).save(path)
    arguments = {
        "train": ["--config", coloured[1], "--data-root", root, "--run-dir", tmp_path / "run"],
        "generate": ["--run", coloured[2], "--labels", path, "--out", tmp_path / "out"],
    }
    message = call(verb, *arguments[verb], exit_code=2).stderr
    sentence = message.splitlines()[-1]
    assert sentence.startswith(f"Error: {path}: the label map holds the colour [70, 130, 181]")
    assert "the nearest known is [70, 130, 180], class 1" in message


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


def test_a_label_map_that_is_no_png_is_named(run, tmp_path):
    path = tmp_path / "mine.jpg"
    Image.fromarray(np.ones((32, 32), np.uint8)).save(path)
    arguments = ["--run", run, "--labels", path, "--out", tmp_path / "out"]
    assert f"{path}: a label map must be a PNG" in call("generate", *arguments, exit_code=2).stderr


@pytest.mark.parametrize("folder", ["missing", "without checkpoints"])
def test_painting_without_a_trained_run(tmp_path, folder):
    if folder != "missing":
        (tmp_path / folder).mkdir()
    arguments = ["--run", tmp_path / folder, "--out", tmp_path / "out"]
    assert str(tmp_path / folder) in call("generate", *arguments, exit_code=2).stderr
    assert not (tmp_path / "out").exists()


def test_painting_passes_over_a_damaged_generator_and_says_so(killed_run, tmp_path):
    path = killed_run / "checkpoints" / "step_00000004" / "generator.keras"
    contents = bytearray(path.read_bytes())
    middle = len(contents) // 2
    contents[middle : middle + 200] = bytes(200)
    path.write_bytes(contents)
    result = call("generate", "--run", killed_run, "--out", tmp_path / "out")
    message = "step_00000004 is damaged (generator.keras) and is passed over; "
    assert message in result.stderr and "step_00000003 is used" in result.stderr


@pytest.mark.parametrize(
    ("verb", "option"), [("train", "--run-dir"), ("generate", "--run"), ("generate", "--out")]
)
def test_a_file_where_a_folder_is_expected_is_refused(run, tmp_path, verb, option):
    (tmp_path / "file").touch()
    needed = {"train": {"--config": TINY}, "generate": {"--run": run, "--out": tmp_path / "out"}}
    options = needed[verb] | {option: tmp_path / "file"}
    arguments = [argument for pair in options.items() for argument in pair]
    result = call(verb, *arguments, exit_code=2)
    message = " ".join(result.stderr.replace("│", " ").split())  # typer draws a box around it
    assert option in message and "is a file" in message


def test_a_seed_that_noise_cannot_hold_is_refused(run, tmp_path):
    arguments = ["--run", run, "--out", tmp_path / "out", "--seed", 2**70]
    assert "--seed" in call("generate", *arguments, exit_code=2).stderr


def test_a_label_map_of_the_contact_sheets_name_is_refused(run, tmp_path):
    path = tmp_path / "contact_sheet.png"
    Image.fromarray(np.ones((32, 32), np.uint8)).save(path)
    arguments = ["--run", run, "--labels", path, "--out", tmp_path / "out"]
    assert f"{path}: the contact sheet takes" in call("generate", *arguments, exit_code=2).stderr


def test_a_folder_of_label_maps_is_taken_in_any_case_but_not_what_is_hidden(tmp_path):
    from oasis_tf.generation import label_files

    for name in ("b.png", "A.PNG", "._b.png", "notes.txt"):
        (tmp_path / name).touch()
    names = [path.name for path in label_files(tmp_path)]
    assert names == ["A.PNG", "b.png"]


def test_label_maps_are_not_painted_over(run, tmp_path):
    Image.fromarray(np.ones((32, 32), np.uint8)).save(tmp_path / "mine.png")
    arguments = ["--run", run, "--labels", tmp_path, "--out", tmp_path]
    assert "another folder" in call("generate", *arguments, exit_code=2).stderr


def test_an_empty_label_folder_is_named(run, tmp_path):
    arguments = ["--run", run, "--labels", tmp_path, "--out", tmp_path / "out"]
    assert "holds no .png or .npy label maps" in call("generate", *arguments, exit_code=2).stderr
