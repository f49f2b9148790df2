"""Attributes of pictures, computed by hand."""

import numpy as np
import pytest

from oasis_tf.config.class_names import UnknownClassError
from oasis_tf.exploration.attributes import Attribute, UnknownAttributeError

NAMES = ("void", "sky", "sea")
RED_AND_GREY = np.array([[[255, 0, 0], [51, 51, 51]]], np.uint8)
SKY_AND_SEA = np.array([[1, 2]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("luminance", (0.2126 + 0.2) / 2),
        ("warmth", 0.5),
        ("saturation", 0.5),
        ("contrast", (0.2126 - 0.2) / 2),
        ("sky.luminance", 0.2126),
        ("2.luminance", 0.2),
        ("Sea.warmth", 0.0),
        ("sky.saturation", 1.0),
    ],
)
def test_attributes_of_a_red_pixel_and_a_grey_one(name, expected):
    attribute = Attribute.named(name, NAMES)
    assert attribute.of(RED_AND_GREY, SKY_AND_SEA) == pytest.approx(expected)


def test_a_class_is_measurable_where_it_has_a_hundredth_of_the_pixels():
    sky = Attribute.named("sky.luminance", NAMES)
    label_map = np.zeros((10, 20), int)
    label_map[0, 0] = 1
    assert not sky.is_measurable(label_map)
    label_map[0, 1] = 1
    assert sky.is_measurable(label_map)
    assert Attribute.named("contrast", NAMES).is_measurable(label_map)


def test_names_of_no_attribute_are_refused_with_the_near_ones():
    with pytest.raises(UnknownAttributeError, match="did you mean luminance"):
        Attribute.named("luminence", NAMES)
    with pytest.raises(UnknownAttributeError, match="CLASS.luminance"):
        Attribute.named("sky.light", NAMES)
    with pytest.raises(UnknownAttributeError, match="did you mean warmth"):
        Attribute.named("sky.warmt", NAMES)
    with pytest.raises(UnknownClassError, match="''"):
        Attribute.named(".luminance", NAMES)
    with pytest.raises(UnknownClassError, match="did you mean sky"):
        Attribute.named("skies.luminance", NAMES)
