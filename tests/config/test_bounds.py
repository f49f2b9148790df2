"""Numbers of a config: no bool is one, and each has an upper bound."""

import pydantic
import pytest
from tiny_config import TINY, folder_config

from oasis_tf.config import ConfigError, load_config
from oasis_tf.config.augment_section import AugmentConfig
from oasis_tf.config.discriminator_augment_section import DiscriminatorAugmentConfig
from oasis_tf.config.evaluation_section import EvaluationConfig, SegmenterConfig
from oasis_tf.config.sections import (
    DataConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    TrainingConfig,
)

SECTIONS = (
    *(DataConfig, AugmentConfig, GeneratorConfig, DiscriminatorConfig),
    DiscriminatorAugmentConfig,
    *(TrainingConfig, EvaluationConfig, SegmenterConfig),
)


def fields_of_numbers():
    for section in SECTIONS:
        for name, field in section.model_fields.items():
            schema = str(pydantic.TypeAdapter(field.annotation).json_schema())
            if "'integer'" in schema or "'number'" in schema or field.annotation in (int, float):
                yield pytest.param(section, name, id=f"{section.__name__}.{name}")


def in_every_shape(value):
    return value, [value], [value] * 2, [value] * 3, [[value] * 3], [[value] * 3] * 2, {1: value}


@pytest.mark.parametrize("value", [True, False, 10**19, 10**30, -(10**30)], ids=str)
@pytest.mark.parametrize(("section", "name"), list(fields_of_numbers()))
def test_no_number_is_a_bool_or_without_bounds(section, name, value):
    whole = {"source": "folder", "image_size": [8, 8], "num_classes": 3}
    whole = whole if section is DataConfig else {"batch_size": 1, "epochs": 1}
    whole = whole if section in (DataConfig, TrainingConfig) else {}
    for message in in_every_shape(value):
        with pytest.raises(pydantic.ValidationError) as error:
            section.model_validate(whole | {name: message})
        assert name in {problem["loc"][0] for problem in error.value.errors()}


def test_all_numbers_are_looked_at():
    assert len(list(fields_of_numbers())) > 45


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.batch_size=yes", "training.batch_size is True: a number is needed, and yes, no"),
        ("generator.num_blocks=true", "generator.num_blocks is True: a number is needed"),
        ("training.keep_last=on", "training.keep_last is True: a number is needed"),
        ("training.ema_decay=no", "training.ema_decay is False: a number is needed"),
        ("data.id_map={yes: 1}", "data.id_map.1 is True: a number is needed"),
        ("data.id_map={1: yes}", "data.id_map.1 is True: a number is needed"),
        ("data.id_map={7: 1, '7': 2}", "the key 7 is given twice"),
        ("data.id_map={7: 1, '07': 2}", "data.id_map is {.*}: the id 7 is given twice"),
        ("data.id_map={300: 1}", "data.id_map.300 is 300: it must be at most 255: a label map has"),
        ("data.palette=[[0, 0, 0], [yes, 1, 2], [1, 2, 3]]", "data.palette.1.0 is True: a number"),
        ("training.batch_size=10000000", "10000000: it must be at most 65,536: no machine"),
        ("training.epochs=10000000", "it must be at most 1,000,000: a run has at most 2,147"),
        ("training.recalibration_batches=10000000", "at most 10,000: each score, sample sheet"),
        ("generator.spade_hidden=10000000", "at most 4,096: a 3x3 convolution between"),
        ("data.image_size=[10000000, 64]", "data.image_size.0 is 10000000: it must be at most 16,"),
        ("data.image_size=[8, 8, 8]", "data.image_size is .8, 8, 8.: list should have at most 2"),
        ("training.generator_learning_rate=1e300", "it must be at most 10: Adam moves"),
        (
            "data.augment.warp=0.1",
            "data.augment.warp is 0.1: it must be at most 0.08: from 1/12",
        ),
        ("data.augment.scale=0.9", "data.augment.scale is 0.9: input should be greater than or eq"),
        ("data.augment.hue=yes", "data.augment.hue is True: a number is needed"),
        ("discriminator.channels=[4, yes]", "--set: discriminator.channels.1 is True: a number"),
    ],
)
def test_the_number_and_the_reason_are_named(override, sentence):
    with pytest.raises(ConfigError, match=sentence) as error:
        folder_config(override)
    assert str(error.value).count("data.") + str(error.value).count("training.") <= 1


def test_a_run_ends_before_its_steps_are_too_many_to_count():
    overrides = ["training.epochs=1000000", "training.steps_per_epoch=10000"]
    with pytest.raises(ConfigError, match="is 10,000,000,000 steps; a run has at most 2,147,483,6"):
        load_config(TINY, overrides=overrides)


@pytest.mark.parametrize("name", ["null", "no", "on", "1", "2.5", "2026-11-27"])
def test_a_name_that_yaml_reads_as_something_else_is_to_be_quoted(name):
    with pytest.raises(ConfigError, match=r"class_names.1 is .*: a text is needed.* in quotes"):
        folder_config(f"data.class_names=[void, {name}, sky]")
    names = folder_config(f"data.class_names=[void, '{name}', sky]").data.class_names
    assert names == ["void", name, "sky"]


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ("[yes]", "classes.0 is True: a number is needed"),
        ("[-1]", "classes.0 is -1: input should be greater than or equal to 0"),
    ],
)
def test_of_what_can_be_two_things_one_problem_is_named(classes, sentence):
    message = f"{{kind: keras, model: x, classes: {classes}}}"
    with pytest.raises(ConfigError, match=sentence) as error:
        load_config(TINY, overrides=[f"evaluation.segmenter={message}"])
    assert ";" not in str(error.value)


def test_an_id_can_be_set_by_itself():
    id_map = folder_config("data.id_map={7: 1, 8: 2}", "data.id_map.7=2").data.id_map
    assert id_map == {7: 2, 8: 2}
