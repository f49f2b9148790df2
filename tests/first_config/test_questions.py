"""What `init` asks and warns about, and which pairs it counts."""

import re

import miniatures
import pytest
from command_line import call

from oasis_tf.config import load_config


@pytest.fixture
def init(tmp_path):
    """function(names of the classes by id, or None) -> what is printed, for ids 1, 2, 5 as stripes.

    The stripes are a third of the pixels each.
    """

    def made(names, num_pairs=10):
        root = tmp_path / "data"
        miniatures.pairs(root, "images/{}.jpg", "labels/{}.png", range(num_pairs), (1, 2, 5))
        if names:
            (root / "classes.txt").write_text("".join(f"{i} {n}\n" for i, n in names.items()))
        return call("init", "--data-root", root, "--out", tmp_path / "my.yaml").stdout

    return made


def void_question(printed):
    return re.findall('Question: .*"not labelled".*', printed)


def test_a_class_with_a_name_is_not_suggested_as_void(init):
    assert void_question(init({1: "sky", 2: "grass", 5: "road"})) == []


def test_a_doubtful_name_is_asked_about_with_its_share(init):
    (question,) = void_question(init({1: "sky", 2: "other things", 5: "road"}))
    assert "perhaps id 2, other things (33.3% of the pixels)?" in question
    assert "sky" not in question and "road" not in question


def test_a_name_that_says_void_is_void(init, tmp_path):
    assert void_question(init({1: "sky", 2: "grass", 5: "Unlabeled"})) == []
    assert load_config(tmp_path / "my.yaml").data.void_id == 5


def test_without_names_the_outer_ids_are_asked_about(init, tmp_path):
    (question,) = void_question(init(None))
    assert "perhaps id 1 (33.3% of the pixels) or id 5 (33.3% of the pixels)?" in question
    config = tmp_path / "my.yaml"  # as the question says
    config.write_text(config.read_text().replace(" 5: id 5", " 5: void"))
    assert load_config(config).data.id_map == {1: 1, 2: 2, 5: 0}


def test_very_few_pairs_are_warned_of(init, tmp_path):
    printed = init(None, num_pairs=2)
    assert "Warning: There is only 1 pair to train on." in printed
    assert "# WARNING: There is only 1 pair to train on." in (tmp_path / "my.yaml").read_text()
    assert "docs/fine-tune.md" in printed
    assert not re.search(r"\b1 (pairs|files|steps)", printed)


def test_enough_pairs_are_not_warned_of(init):
    assert "Warning" not in init(None, num_pairs=65)


def test_shares_and_classes_are_of_the_used_splits(tmp_path):
    root = tmp_path / "data"
    for split, values in (("train", (0, 1)), ("val", (0, 1, 1)), ("test", (3, 4))):
        names = [f"{split}{number}" for number in range(3)]
        miniatures.pairs(
            root, f"images/{split}/{{}}.jpg", f"labels/{split}/{{}}.png", names, values
        )
    printed = call("init", "--data-root", root, "--out", tmp_path / "my.yaml").stdout
    assert "not used 3 pairs of the test split" in printed
    text = (tmp_path / "my.yaml").read_text()
    assert load_config(tmp_path / "my.yaml").data.num_classes == 3  # with void
    assert "41.67% of the pixels" in text and "58.33% of the pixels" in text


def test_pairs_of_a_test_list_and_of_no_list_are_not_counted(tmp_path):
    root = tmp_path / "data"
    for values, names in (((0, 1), "ab"), ((0, 2), "c"), ((0, 3), "de"), ((0, 4), "f")):
        miniatures.pairs(root, "images/{}.jpg", "labels/{}.png", names, values)
    for split, names in (("train", "ab"), ("val", "c"), ("test", "de")):
        (root / f"{split}.txt").write_text("\n".join(names))
    printed = call("init", "--data-root", root, "--out", tmp_path / "my.yaml").stdout
    assert "not used 2 pairs of the test list, 1 pair of no list" in printed
    assert load_config(tmp_path / "my.yaml").data.id_map == {0: 1, 1: 2, 2: 3}
