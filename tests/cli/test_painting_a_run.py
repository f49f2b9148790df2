"""`generate` with a trained run, and the label maps that it refuses."""

import os
import shutil

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_training import TINY

from oasis_tf.runs import checkpoint_files

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


@pytest.mark.slow
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
    assert f"{path}: the contact sheet has" in call("generate", *arguments, exit_code=2).stderr


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
