"""Groups of classes, by hand."""

import math

import invented
import pytest

from oasis_tf.evaluation.metrics.miou import Scores
from oasis_tf.evaluation.results.class_groups import class_groups
from oasis_tf.evaluation.results.evaluation import ClassTrait


def groups_of(shares, textures):
    names = "abcdefghijk"[: len(shares)]
    traits = [
        ClassTrait(id=index, name=name, share=share, texture=texture)
        for index, (name, share, texture) in enumerate(
            zip(names, shares, textures, strict=True), start=1
        )
    ]
    return {
        group.name: "".join(trait.name for trait in group.traits) for group in class_groups(traits)
    }


def test_thirds_by_share_and_by_texture():
    shares = [0.1, 0.3, 0.0, 0.2, 0.05, 0.25, 0.1]
    textures = [0.5, 0.1, 0.0, 0.3, None, 0.2, 0.4]
    # c occurs nowhere; e's texture is unknown, so that a third of five textures is one.
    assert groups_of(shares, textures) == {
        "frequent": "bf",
        "rare": "eg",
        "uniform": "b",
        "complex": "a",
    }


def test_two_classes_make_no_groups():
    assert groups_of([0.5, 0.5], [0.1, 0.2]) == {}


def test_a_groups_mean_is_over_the_classes_with_an_iou():
    evaluation_classes = [ClassTrait(**trait) for trait in invented.classes()]
    rare = class_groups(evaluation_classes)[1]
    assert [trait.name for trait in rare.traits] == ["cyclist", "pedestrian", "pole"]
    ious = [None] * 12
    scores = Scores(miou=0.5, accuracy=0.5, per_class_iou=ious)
    assert math.isnan(rare.mean_iou(scores))
    ious[3], ious[10] = 0.25, 0.75  # pole and pedestrian; the cyclist has none
    scores = Scores(miou=0.5, accuracy=0.5, per_class_iou=ious)
    assert rare.mean_iou(scores) == pytest.approx(0.5)
