"""A run on label maps of colours: written, edited, painted on, and refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from command_line import call
from PIL import Image
from tiny_training import TINY

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


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
    experiment["generator"] |= {"num_blocks": 2, "spade_hidden": 2}
    experiment["discriminator"]["channels"] = [2]
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
