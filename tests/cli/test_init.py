"""What `init` says where it finds nothing, or must not write."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image

from oasis_tf.config import load_config

sys.path.append(str(Path(__file__).parents[1] / "first_config"))
import miniatures  # noqa: E402


def refused(root, tmp_path, *more):
    result = call("init", "--data-root", root, "--out", tmp_path / "my.yaml", *more, exit_code=2)
    assert not list(tmp_path.glob("*.yaml"))
    return result.stderr.splitlines()[-1]


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_it_never_writes_over_a_file(root, tmp_path):
    miniatures.facades(root)
    (tmp_path / "mine.txt").write_text("mine")
    result = call("init", "--data-root", root, "--out", tmp_path / "mine.txt", exit_code=2)
    assert "mine.txt is there already, and init never writes over a file" in result.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_empty_or_missing_folder_is_named(root, tmp_path):
    assert "there is no picture (.jpg, .jpeg, .png, .bmp) in it" in refused(root, tmp_path)
    assert "nowhere: no such folder" in refused(root / "nowhere", tmp_path)


def test_photographs_without_label_maps(root, tmp_path):
    for name in "abc":
        miniatures.photograph(root / f"{name}.jpg")
    sentence = refused(root, tmp_path)
    assert "no label maps were found for its 3 pictures. Looked for: images/train/x.jpg" in sentence


def test_joined_pairs_of_pix2pix(root, tmp_path):
    for split, name in (("train", "1"), ("train", "2"), ("val", "1")):
        path = root / split / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        colours = miniatures.stripes([(0, 0, 170), (255, 0, 0)])[:40, :40]
        colours = np.resize(colours, (64, 64, 3))
        Image.fromarray(np.concatenate([photo, colours], axis=1)).save(path)
    assert "twice as wide as high, like pairs that Pix2Pix joins" in refused(root, tmp_path)


def test_polygons_are_named(root, tmp_path):
    for name in "abc":
        miniatures.photograph(root / f"{name}.jpg")
        (root / f"{name}.json").write_text(json.dumps({"shapes": []}))
    assert "3 .json files, such as a.json; if they hold polygons of LabelMe" in refused(
        root, tmp_path
    )


def test_label_maps_that_were_smoothed_are_refused(root, tmp_path):
    for name in "abc":
        miniatures.photograph(root / "images" / f"{name}.jpg")
        path = root / "labels" / f"{name}.png"
        flat = miniatures.stripes([(0, 0, 0), (200, 0, 0)]).copy()
        flat[:, 30] = np.arange(40)[:, None] * (1, 2, 5) + ord(name)
        path.parent.mkdir(exist_ok=True)
        noisy = np.clip(
            flat.astype(int) + np.random.default_rng(1).integers(0, 9, flat.shape), 0, 255
        )
        half = np.arange(60) > 30
        Image.fromarray(np.where(half[None, :, None], noisy, flat).astype(np.uint8)).save(path)
    assert "no label maps were found" in refused(root, tmp_path)


def test_label_maps_of_one_bit_are_refused(root, tmp_path):
    for name in "abc":
        miniatures.photograph(root / "images" / f"{name}.jpg")
        path = root / "labels" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(miniatures.stripes([0, 1]).astype(bool)).save(path)
    assert "the label maps have 1 or 16 bits a pixel" in refused(root, tmp_path)


def test_grey_and_coloured_label_maps_together_are_refused(root, tmp_path):
    miniatures.pairs(root, "images/{}.jpg", "labels/{}.png", "ab", (0, 1))
    miniatures.pairs(root, "images/{}.jpg", "labels/{}.png", "c", ((0, 0, 0), (9, 9, 9)))
    assert "Of 3 label maps 1 are in colours and the others grey" in refused(root, tmp_path)


def test_a_broken_or_misshapen_pair_is_a_question_not_an_error(root, tmp_path):
    miniatures.beside(root)
    miniatures.label_map(root / "my 0.png", (0, 1))
    Image.fromarray(miniatures.stripes([0, 1])[:20]).save(root / "my 1.png")
    result = call("init", "--data-root", root, "--out", tmp_path / "my.yaml")
    assert "Question: 1 pair of those that were read cannot be used" in result.stdout
    assert "my 1.png: the label map is 20x60 pixels (height x width) and its image 40x60" in (
        tmp_path / "my.yaml"
    ).read_text().replace("\n# ", " ")


def test_the_program_of_the_docs_splits_joined_pairs(root, tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "init.md").read_text(encoding="utf-8")
    (program,) = re.findall("```python\n(.*?)```", page, re.DOTALL)
    for name in "abcdef":
        miniatures.photograph(root / f"{name}.png")
        photo = np.array(Image.open(root / f"{name}.png"))
        (root / f"{name}.png").unlink()
        colours = miniatures.stripes([(0, 0, 170), (250, 0, 0), (0, 170, 0)])
        joined = np.concatenate([photo, colours], axis=1).repeat(6, axis=0).repeat(6, axis=1)
        Image.fromarray(joined).save(root / f"{name}.jpg", quality=90)
    split = tmp_path / "split"
    monkeypatch.setattr(sys, "argv", ["split.py", str(root), str(split), "left"])
    exec(program, {})
    call("init", "--data-root", split, "--out", tmp_path / "my.yaml")
    config = load_config(tmp_path / "my.yaml")
    assert config.data.num_classes == 4
    colors = np.array([color for (color,) in config.data.label_colors[1:]])
    expected = np.array([(0, 0, 170), (250, 0, 0), (0, 170, 0)])
    nearest = np.abs(colors[:, None] - expected).max(axis=-1).min(axis=0)
    assert nearest.max() <= 16  # half a bin, and what JPEG changes
