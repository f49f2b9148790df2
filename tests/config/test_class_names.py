"""Classes by name or id."""

import json
from pathlib import Path

import pytest

from oasis_tf.config import load_config
from oasis_tf.config.class_names import UnknownClassError, class_id_of, plain_name
from oasis_tf.segmenters.card import Card, classes_of_card
from oasis_tf.weights.transfer import match_classes

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
NAMES = ("void", "sky", "sea; ocean", "7", "tree")


@pytest.mark.parametrize(
    ("text", "class_id"), [("sky", 1), (" Sea; Ocean ", 2), ("0", 0), ("4", 4), ("7", 3)]
)
def test_names_go_before_ids(text, class_id):
    assert class_id_of(text, NAMES) == class_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("traffic  light", " Traffic Light "),
        ("STRASSE", "straße"),
        ("caf\u00e9", "CAFE\u0301"),
        ("sea;\u00a0ocean", "sea; ocean"),
    ],
)
def test_one_rule_says_which_names_are_the_same_wherever_classes_are_matched(one, other):
    assert class_id_of(other, ("void", "7", one)) == 2
    assert match_classes(("void", "a", one), ("void", other, "b")) == {0: 0, 2: 1}
    card = Card.model_construct(class_names=[other, "b"])
    assert classes_of_card(card, ("void", "b", one), path="a.keras") == [2, 1]
    listed = json.dumps({7: one, 9: other})
    listed = listed.replace('"7"', "7").replace('"9"', "9")
    overrides = ["data.source=folder", f"data.classes={listed}"]
    data = load_config(TINY, overrides=overrides).data
    assert data.class_names == ["void", one] and data.id_map == {7: 1, 9: 1}


def test_names_that_differ_are_not_the_same():
    assert len({plain_name(name) for name in ("sea", "sea ocean", "seaocean", "sea;ocean")}) == 4


@pytest.mark.parametrize("text", ["9" * 5000, "5", "-1", "", "1.0", "²"])
def test_what_is_no_class_is_refused_with_all_that_are(text):
    with pytest.raises(UnknownClassError, match="void, sky, sea; ocean, 7, tree"):
        class_id_of(text, NAMES)


def test_near_names_are_told():
    with pytest.raises(UnknownClassError, match=r"no class 'tres'; did you mean tree\?"):
        class_id_of("tres", NAMES)
