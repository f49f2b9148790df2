"""Every key of a config is described, with the unit of its numbers."""

import inspect
import re

import pytest
from tiny_config import TINY

from oasis_tf.config import ConfigError, flatten, load_config
from oasis_tf.config.data_section import DataConfig
from oasis_tf.config.describe import REQUIRED, describe
from oasis_tf.data import DataSetInfo, dataset_info, known_datasets, register

KEYS = describe()


def one(key):
    (found,) = describe(key)
    return found


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key)
def test_a_key_has_a_description_with_its_unit(key):
    assert key.text and key.text[0].isupper() and key.text.endswith((".", "...")), key
    assert not re.search(r"integer|number", key.form) or key.unit, f"{key.key} has no unit"
    names = {info.name for info in known_datasets().values()}
    assert set(key.datasets) <= names


def test_all_keys_of_a_config_are_described_and_no_other():
    assert {key.key for key in KEYS} == set(flatten(load_config(TINY)))


def test_types_ranges_units_and_defaults_are_those_that_are_checked():
    batch_size = one("training.batch_size")
    assert (batch_size.form, batch_size.unit) == ("integer from 1 to 65,536", "images")
    assert batch_size.default is REQUIRED
    assert one("generator.init_gain").form == "number above 0, at most 100"
    assert one("training.ema_decay").form == "number from 0 below 1"
    assert one("data.val_fraction").form == "number above 0, below 1, or null"
    assert one("generator.norm").form == "batch, instance or none"
    assert one("discriminator.channels").form == "list of (integer from 1 to 4,096)"
    assert one("data.image_size").form == "[height, width]"
    assert one("data.image_size").unit == one("data.load_size").unit == "pixels"
    assert one("data.palette").form == "list of [red, green, blue], or null"
    assert one("data.flip").form == "true or false"
    assert one("training.generator_learning_rate").default == 1e-4


def test_data_sets_take_the_keys_of_their_openers(monkeypatch):
    monkeypatch.setattr(dataset_info, "_registered", {})
    register(DataSetInfo(name="rooms", open=lambda *, split, num_scenes: None))
    assert one("data.num_scenes").datasets == ("landscapes", "rooms")
    assert one("data.classes").datasets == ("folder", "rooms")
    assert one("data.manual_dir").datasets == ("tfds",)
    assert one("data.image_size").datasets == one("training.epochs").datasets == ()
    assert "rooms" in one("data.source").form


def test_openers_have_the_defaults_of_the_config():
    for info in known_datasets().values():
        for name, parameter in inspect.signature(info.open).parameters.items():
            if parameter.default is not inspect.Parameter.empty:
                assert DataConfig.model_fields[name].default == parameter.default, (info.name, name)


def test_a_section_is_all_its_keys():
    keys = [key.key for key in describe("evaluation.segmenter")]
    assert keys[0] == "evaluation.segmenter.kind" and len(keys) == 6
    assert len(describe("evaluation")) == 7 + len(keys)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("training.batchsize", "did you mean training.batch_size or"),
        ("batch_size", "did you mean training.batch_size?"),
        ("trainin", "did you mean training"),
        ("zebra", "sections are data, data.augment, discriminator, evaluation, evaluation.seg"),
    ],
)
def test_another_name_is_told_the_near_ones(name, hint):
    with pytest.raises(ConfigError) as error:
        describe(name)
    assert f"there is no key {name!r} in a config; {hint}" in str(error.value)
