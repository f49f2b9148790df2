"""One record a data set: a new one needs its own file and no edit elsewhere."""

import inspect

import numpy as np
import pytest
import tensorflow as tf
from command_line import call
from tiny_config import TINY, folder_config

from oasis_tf.config import ConfigError, check_new_experiment, load_config
from oasis_tf.config.sections import DataConfig
from oasis_tf.data import (
    DataSetInfo,
    Source,
    classes_of,
    dataset_info,
    known_datasets,
    open_source,
    register,
)
from oasis_tf.training.data import RunData

CLASS_NAMES = ("void", "floor", "wall")
PALETTE = ((0, 0, 0), (200, 150, 100), (90, 120, 90))


class Rooms(Source):
    """Floor below, wall above; `num_scenes` pairs."""

    num_classes, class_names = len(CLASS_NAMES), CLASS_NAMES
    palette = np.array(PALETTE, np.uint8)

    def __init__(self, split, image_size, num_scenes):
        self.size = image_size
        self.names = [f"{split}_{i}" for i in range(num_scenes)]

    def load(self, index):
        height, width = self.size
        row = tf.range(height) < tf.cast(index, tf.int32) % height
        label_map = tf.broadcast_to(tf.where(row, 2, 1)[:, None], (height, width))
        return tf.cast(tf.gather(self.palette, label_map), tf.uint8), tf.cast(label_map, tf.uint8)


def open_rooms(*, split, image_size, num_scenes):
    return Rooms(split, image_size, num_scenes)


@pytest.fixture
def rooms(monkeypatch):
    """The data set as its author's file declares it."""
    monkeypatch.setattr(dataset_info, "_registered", {})
    return register(
        DataSetInfo(
            name="rooms",
            title="Rooms",
            open=open_rooms,
            class_names=CLASS_NAMES,
            void_id=0,
            palette=PALETTE,
        )
    )


def test_a_new_data_set_is_configured_and_opened_by_its_name(rooms):
    config = load_config(TINY, overrides=["data.source=rooms"])
    assert (config.data.num_classes, config.generator.num_classes) == (3, 3)
    assert config.data.void_id == 0
    source = open_source(split="val", **config.data.source_arguments())
    assert source.names[0] == "val_0" and len(source) == config.data.num_scenes


def test_a_new_data_set_is_validated_and_gives_batches(rooms):
    config = ["--config", TINY, "--set", "data.source=rooms"]
    assert "wall" in call("validate-data", *config).stdout
    data = RunData(load_config(TINY, overrides=config[-1:]))
    images, label_maps = next(iter(data.batches(start_step=0)))
    assert images.shape == (2, 32, 32, 3) and set(np.unique(label_maps)) <= {1, 2}
    assert data.held_out_samples()[1].shape == (2, 32, 32)
    names, palette = classes_of(source="rooms", num_classes=3)
    assert names == data.class_names and np.array_equal(palette, PALETTE)


@pytest.mark.slow
def test_a_new_data_set_is_trained_on_and_painted(rooms, tmp_path):
    run = tmp_path / "run"
    options = ["--set=data.source=rooms", "--set=training.epochs=1"]
    call("train", "--config", TINY, "--run-dir", run, *options)
    call("generate", "--run", run, "--out", tmp_path / "out", "--held-out", 1)
    assert load_config(run / "config.yaml").data.class_names == list(CLASS_NAMES)
    assert "Rooms, 32x32" in (run / "report.html").read_text()


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("data.num_classes=4", "data.num_classes is 4, but rooms has 3"),
        ("data.classes=[floor]", "data.classes is not for the data set rooms, which has its own"),
        ("data.val_fraction=0.5", "data.val_fraction is not for the data set rooms"),
    ],
)
def test_keys_are_checked_against_the_record(rooms, override, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load_config(TINY, overrides=["data.source=rooms", override])


def test_keys_of_other_data_sets_have_no_effect_and_a_warning(rooms):
    config = load_config(TINY, overrides=["data.source=rooms", "data.manual_dir=here"])
    [warning] = check_new_experiment(config)
    assert warning == "data.manual_dir has no effect: the data set rooms does not take it"
    assert check_new_experiment(load_config(TINY, data_root="somewhere")) == []
    assert check_new_experiment(folder_config("data.seed=3", "data.val_fraction=0.1")) == []


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(ConfigError, match="data.source is 'rooms': there is no such data set; kn"):
        load_config(TINY, overrides=["data.source=rooms"])
    with pytest.raises(ValueError, match="no data set 'rooms'; known are ade20k, cityscapes"):
        open_source(source="rooms", split="train")


def test_a_name_belongs_to_one_data_set(rooms):
    register(rooms)
    with pytest.raises(ValueError, match="there is a data set 'landscapes' already"):
        register(DataSetInfo(name="landscapes", open=open_rooms))


@pytest.mark.parametrize("info", known_datasets().values(), ids=lambda info: info.name)
def test_openers_take_keys_of_the_config(info):
    assert info.keys <= set(DataConfig.model_fields)
    parameters = inspect.signature(info.open).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    if info.palette is not None:
        assert np.shape(info.palette) == (info.num_classes, 3)
