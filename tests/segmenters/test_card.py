"""Files that say what they are: written whole, read back, and refused where they cannot be used."""

import json
import zipfile

import keras
import numpy as np
import pytest
from colours import BLUE, GREEN, RED, colour_network, colours

from oasis_tf.segmenters import SegmenterError, open_segmenter
from oasis_tf.segmenters.card import MEMBER, Card, read_card, save_with_card

FACTS = {
    "class_names": ["green", "blue", "red"],
    "image_size": (2, 2),
    "pixel_range": (0.0, 1.0),
    "needs": [],
    "architecture": "colours",
    "num_parameters": 9,
    "num_train": 5,
    "num_held_out": 2,
    "step": 7,
    "held_out_miou": 0.5,
    "held_out_accuracy": 0.75,
    "held_out_iou": {"green": None, "blue": 0.5, "red": 0.5},
    "command": "python -m oasis_tf train-segmenter --out x.keras",
}


def save(folder, **overrides):
    path = folder / "x.keras"
    save_with_card(colour_network(), path, Card(**FACTS | overrides))
    return path


def test_a_card_is_read_back_and_keras_passes_over_it(tmp_path):
    path = save(tmp_path)
    assert read_card(path) == Card(**FACTS)
    loaded = keras.saving.load_model(path)
    assert loaded.count_params() == 9
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_without_a_card_has_none(tmp_path):
    colour_network().save(tmp_path / "y.keras")
    assert read_card(tmp_path / "y.keras") is None


def test_what_fails_leaves_the_file_of_before(tmp_path):
    path = save(tmp_path)
    before = path.read_bytes()

    class Unsavable:
        def save(self, temporary):
            temporary.write_bytes(b"half of it")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        save_with_card(Unsavable(), path, Card(**FACTS))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def opened(path, **overrides):
    arguments = {"class_names": ("void", "Red", "green", "mauve", "blue"), "size": (2, 2)}
    return open_segmenter(kind="keras", model=str(path), **arguments | overrides)


def test_its_classes_are_found_by_name(tmp_path):
    segmenter = opened(save(tmp_path))
    assert segmenter.protocol["label_mapping"] == ["2 green", "4 blue", "1 Red"]
    assert segmenter.protocol["classes_without_a_logit"] == ["3 mauve"]
    assert segmenter.protocol["pixel_range"] == [0, 1]
    for key in ("architecture", "num_train", "num_held_out", "held_out_miou", "command"):
        assert segmenter.protocol[key] == FACTS[key]
    predicted = segmenter(colours([RED, GREEN], [BLUE, RED]))
    np.testing.assert_array_equal(predicted, [[[2, 4], [1, 2]]])


def test_its_size_is_the_input_size_and_the_config_goes_first(tmp_path):
    path = save(tmp_path, image_size=(4, 6))
    assert opened(path).protocol["input_size"] == [4, 6]
    chosen = opened(path, image_size=(2, 2), classes=[1, 2, 3], pixel_range=(-1, 1)).protocol
    assert chosen["input_size"] == [2, 2]
    assert chosen["label_mapping"] == ["1 Red", "2 green", "3 mauve"]
    assert chosen["pixel_range"] == [-1, 1]


def test_classes_that_the_data_does_not_have_are_said(tmp_path):
    with pytest.raises(SegmenterError, match="does not have: blue; .*3 logits is: green, blue"):
        opened(save(tmp_path), class_names=("void", "red", "green", "b"))


def test_classes_of_one_name_are_told_apart_by_their_order_only(tmp_path):
    path = save(tmp_path, class_names=["other", "red", "Other"])
    same = opened(path, class_names=("void", "other", "Red", "other")).protocol
    assert same["label_mapping"] == ["1 other", "2 Red", "3 other"]
    for class_names in [("void", "red", "other", "other"), ("void", "red", "other")]:
        with pytest.raises(SegmenterError, match="have the name other; set .*3 logits is: other"):
            opened(path, class_names=class_names)
    others = opened(save(tmp_path), class_names=("void", "x", "red", "green", "blue", "x"))
    assert others.protocol["label_mapping"] == ["3 green", "4 blue", "2 red"]


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("{", "x.keras: its card oasis_segmenter.json is broken"),
        ("[" * 5000, "card oasis_segmenter.json is broken: it is no JSON: .*64 deep"),
        ("[" + " " * 2**20, "card oasis_segmenter.json is broken: it is larger than 1048576"),
        (json.dumps(FACTS | {"format": 2}), "another version: format"),
        (json.dumps(FACTS | {"class_names": []}), "class_names"),
        (json.dumps(FACTS | {"image_size": [0, 2]}), "image_size.0"),
        (json.dumps(FACTS | {"image_size": [True, 2]}), "image_size.0: a number is needed"),
        (json.dumps(FACTS | {"image_size": [10**9, 2]}), "image_size.0: it must be at most 16,384"),
        (json.dumps(FACTS | {"needs": ["os"]}), "needs.0"),
        (json.dumps(FACTS | {"pixel_range": [0, float("inf")]}), "pixel_range.1"),
    ],
)
def test_a_broken_card_is_said(tmp_path, card, sentence):
    path = tmp_path / "x.keras"
    colour_network().save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, card)
    with pytest.raises(SegmenterError, match=sentence):
        opened(path)


ENCRYPTED, UNKNOWN_METHOD = 0x1, 99


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("flag_bits", ENCRYPTED, "x.keras cannot be read: .*encrypted"),
        ("compress_type", UNKNOWN_METHOD, "x.keras cannot be read: .*compression"),
        ("compress_type", zipfile.ZIP_DEFLATED, "x.keras cannot be read: .*decompress"),
    ],
)
def test_a_card_that_cannot_be_unpacked_is_said(tmp_path, field, value, sentence):
    path = tmp_path / "x.keras"
    colour_network().save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, b"\xff" * 64)
        setattr(archive.getinfo(MEMBER), field, value)
    with pytest.raises(SegmenterError, match=sentence):
        opened(path)
