"""python -m oasis_tf train-segmenter, on a data set whose classes are colours."""

import os
import signal

import numpy as np
import pytest
import yaml
from command_line import call
from PIL import Image

from oasis_tf.data import measured_batches, open_source
from oasis_tf.evaluation.confusion import ConfusionMatrix
from oasis_tf.segmenters import open_segmenter
from oasis_tf.segmenters.card import read_card
from oasis_tf.training.segmenter import SegmenterTraining

pytestmark = pytest.mark.heavy

SIZE = (8, 8)
COLOURS = np.uint8([[0, 0, 0], [220, 40, 40], [40, 220, 40], [40, 40, 220]])
NAMES = ["void", "red", "green", "blue"]


def write_pairs(root, split, count, seed):
    """Blocks of 4x4 pixels of a class, in its colour with noise; some blocks are void."""
    rng = np.random.default_rng(seed)
    for folder in ("images", "labels"):
        (root / folder / split).mkdir(parents=True)
    for index in range(count):
        label_map = np.kron(rng.integers(0, 4, (2, 2)), np.ones((4, 4))).astype(np.uint8)
        noise = rng.integers(-30, 30, (*SIZE, 3))
        image = np.clip(COLOURS[label_map] + noise, 0, 255).astype(np.uint8)
        Image.fromarray(image).save(root / "images" / split / f"{index}.png")
        Image.fromarray(label_map).save(root / "labels" / split / f"{index}.png")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Path of a config, and where its data lies."""
    root = tmp_path_factory.mktemp("colours")
    write_pairs(root, "train", 16, seed=0)
    write_pairs(root, "val", 5, seed=1)
    config = {
        "data": {
            "source": "folder",
            "image_size": list(SIZE),
            "num_classes": 4,
            "void_id": 0,
            "class_names": NAMES,
        },
        "generator": {"channels": 2, "num_blocks": 3},
        "discriminator": {"channels": [4]},
        "training": {"batch_size": 2, "epochs": 1},
    }
    (root / "colours.yaml").write_text(yaml.safe_dump(config))
    return root / "colours.yaml", root


def train(data, out, *arguments, exit_code=0):
    config, root = data
    fixed = ("--config", config, "--data-root", root, "--out", out)
    quick = ("--channels", 4, "--batch-size", 4)
    return call("train-segmenter", *fixed, *quick, *arguments, exit_code=exit_code)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """A file, and what the command said."""
    out = tmp_path_factory.mktemp("trained") / "new" / "colours.keras"
    return out, train(data, out, "--epochs", 16, "--learning-rate", 0.02, "--balance", 1).output


def scored(path, data, size=SIZE):
    """Scores of a file on the held-out pairs, as `evaluate` has them."""
    segmenter = open_segmenter(kind="keras", model=str(path), class_names=NAMES, size=size)
    held_out = open_source(source="folder", split="val", root=data[1], num_classes=4, void_id=0)
    matrix = ConfusionMatrix(4)
    for images, label_map, _ in measured_batches(
        held_out, image_size=size, batch_size=2, indices=range(5)
    ):
        matrix.update(segmenter(images), label_map)
    return matrix


def test_it_learns_to_tell_colours_and_the_file_scores_what_was_said(trained, data):
    path, message = trained
    matrix = scored(path, data)
    assert matrix.miou > 0.9
    assert f"mIoU {matrix.miou:.4f}, pixel accuracy {matrix.accuracy:.4f}" in message
    for name, iou in zip(NAMES[1:], matrix.per_class_iou()[1:], strict=True):
        assert f"{name:20} {iou:.4f}" in message
    card = read_card(path)
    assert card.held_out_miou == pytest.approx(matrix.miou, abs=1e-9)
    assert card.held_out_accuracy == pytest.approx(matrix.accuracy)
    assert card.held_out_iou["green"] == pytest.approx(matrix.per_class_iou()[2])


def test_the_card_says_what_it_is(trained):
    path, message = trained
    card = read_card(path)
    assert card.class_names == NAMES[1:] and card.image_size == SIZE
    assert (card.num_train, card.num_held_out) == (16, 5)
    assert card.architecture == "unet" and card.needs == [] and 4 <= card.step <= 64
    assert f"{card.num_parameters:,} parameters" in message
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.slow
def test_ctrl_c_ends_it_and_the_best_is_kept(data, tmp_path, monkeypatch):
    save = SegmenterTraining._save

    def save_and_signal(self, matrix, step):
        if self.best is None:  # a second signal would end the tests
            os.kill(os.getpid(), signal.SIGINT)
        save(self, matrix, step)

    monkeypatch.setattr(SegmenterTraining, "_save", save_and_signal)
    message = train(data, tmp_path / "x.keras", "--epochs", 50, exit_code=130).output
    assert "Stopped. The best network reads the 5 held-out images" in message
    matrix = scored(tmp_path / "x.keras", data)
    assert f"mIoU {matrix.miou:.4f}" in message
    assert read_card(tmp_path / "x.keras").step < 50 * 4


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("x.h5", (), "x.h5: a segmenter's file must end in .keras"),
        ("x.keras", ("--set", "data.num_classes=2"), "class_names has 4 entries for 2 classes"),
        ("x.keras", ("--set", "data.val_split=none"), "none"),
        ("x.keras", ("--epochs", 0), "epochs"),
    ],
)
def test_bad_input_is_said(data, tmp_path, name, arguments, sentence):
    message = train(data, tmp_path / name, *arguments, exit_code=2).output
    assert sentence in message and not (tmp_path / name).exists()


def test_a_file_that_is_there_is_not_overwritten(data, tmp_path):
    (tmp_path / "x.keras").write_text("mine")
    message = train(data, tmp_path / "x.keras", exit_code=2).output
    assert "x.keras is there already" in message
    assert (tmp_path / "x.keras").read_text() == "mine"


def test_an_architecture_that_is_none_is_said(data, tmp_path):
    pytest.importorskip("keras_hub")
    message = train(data, tmp_path / "x.keras", "--architecture", tmp_path, exit_code=2).output
    assert f"--architecture {tmp_path}: no SegFormer for images of 8x8" in message
    assert "must be unet, or a preset" in message


@pytest.mark.slow
def test_segformer_learns_from_an_encoders_preset(data, tmp_path):
    layers = pytest.importorskip("keras_hub").layers
    from tiny_segformer import tiny_encoder

    preset, out = tmp_path / "preset", tmp_path / "x.keras"
    tiny_encoder().save_to_preset(str(preset))
    layers.MiTImageConverter(scale=[0.01] * 3, offset=[-1.0] * 3).save_to_preset(str(preset))
    wide = ("--set", "data.image_size=[32, 32]")
    message = train(data, out, "--architecture", preset, "--epochs", 1, *wide).output
    matrix = scored(out, data, size=(32, 32))
    assert f"mIoU {matrix.miou:.4f}" in message and read_card(out).needs == ["keras-hub"]
