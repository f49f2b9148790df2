"""Configs, devices and data that cannot be trained with are named before anything is written."""

from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_training import TINY, setting, train

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.epoch=3", "unknown key training.epoch; did you mean epochs"),
        ("data.image_size=[33, 32]", "near sizes are [32, 32] and [34, 32]"),
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


def save_colours(path):
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(path)


@pytest.mark.parametrize(
    ("broken", "how", "named", "sentence"),
    [
        ("labels/val", emptied, "labels/val", "holds no .png files"),
        ("images/train/b.png", Path.unlink, "labels/train/b.png", "there is no image"),
        ("labels/val/a.png", lambda path: path.write_bytes(b""), None, "cannot be read"),
        ("labels/train/a.png", save_colours, None, "one class id per pixel"),
    ],
    ids=["empty folder", "unpaired", "corrupt", "colours"],
)
def test_bad_data_is_named_before_anything_is_written(
    tmp_path, pairs, broken, how, named, sentence
):
    root, options = pairs
    how(root / broken)
    result = train("--run-dir", tmp_path / "run", *options, exit_code=2)
    assert result.stderr.splitlines()[-1].startswith(f"Error: {root / (named or broken)}: ")
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_bad_label_met_in_training_is_named(tmp_path, pairs, split):
    root, options = pairs
    bad = root / "labels" / split / "b.png"
    Image.fromarray(np.full((32, 32), 9, np.uint8)).save(bad)
    result = train("--run-dir", tmp_path / "run", *options, exit_code=2)
    assert result.stderr.splitlines()[-1].startswith(f"Error: {bad}: the label map holds the id 9")
    again = train("--run-dir", tmp_path / "run", exit_code=2)
    assert "holds no checkpoint" in again.stderr and "--resume" in again.stderr


@pytest.mark.slow
def test_a_bad_held_out_label_met_in_painting_is_named(tmp_path, pairs):
    root, options = pairs
    train("--run-dir", tmp_path / "run", *options, *setting(epochs=1, steps_per_epoch=1))
    bad = root / "labels/val/b.png"
    Image.fromarray(np.full((32, 32), 9, np.uint8)).save(bad)
    arguments = ["--run", tmp_path / "run", "--out", tmp_path / "out"]
    result = call("generate", *arguments, exit_code=1)  # the other label map is painted
    assert "Error: left out 1 of 2 label maps" in result.stderr
    assert f"{bad}: the label map holds the id 9" in result.stderr
    assert (tmp_path / "out" / "a.png").exists()
