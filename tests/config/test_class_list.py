"""Classes as the owner of a folder lists them: what a config says, and what follows from it."""

import json
from pathlib import Path

import pytest

from oasis_tf.config import ConfigError, load_config

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


def data(**keys):
    """The data section of a folder's config."""
    settings = [f"data.{key}={json.dumps(value)}" for key, value in keys.items()]
    return load_config(
        TINY, overrides=["data.source=folder", *settings], classes_from_data=True
    ).data


def listed(text, **keys):
    """The same with `classes`, in YAML."""
    overrides = ["data.source=folder", f"data.classes={text}"]
    overrides += [f"data.{key}={json.dumps(value)}" for key, value in keys.items()]
    return load_config(TINY, overrides=overrides).data


@pytest.mark.parametrize(
    ("text", "void_id", "names", "id_map"),
    [
        ("[background, shirt, shoe]", None, "background shirt shoe", {0: 1, 1: 2, 2: 3}),
        ("[sky, road]", 255, "sky road", {0: 1, 1: 2}),
        ("{1: sky, 2: road}", 0, "sky road", {1: 1, 2: 2}),
        ("{0: unlabelled, 1: sky, 2: road}", 0, "sky road", {1: 1, 2: 2}),
        ("{0: void, 1: sky, 255: void}", None, "sky", {0: 0, 1: 1, 255: 0}),
        ("{9: sky, 7: road, 8: sky}", None, "sky road", {7: 2, 8: 1, 9: 1}),
    ],
)
def test_listed_classes_become_the_models_with_void_before_them(text, void_id, names, id_map):
    section = listed(text, void_id=void_id)
    assert section.class_names == ["void", *names.split()]
    assert section.num_classes == len(section.class_names)
    assert (section.id_map, section.void_id, section.classes) == (id_map, void_id, None)


def test_a_saved_config_of_listed_classes_reads_the_same(tmp_path):
    overrides = ["data.source=folder", "data.classes=[background, shirt]", "data.val_fraction=0.2"]
    config = load_config(TINY, overrides=overrides)
    config.save(tmp_path / "saved.yaml")
    assert load_config(tmp_path / "saved.yaml") == config
    assert config.generator.num_classes == config.discriminator.num_classes == 3


def test_colours_and_palette_go_without_void_too():
    section = listed("[sky, road]", label_colors=[[1, 2, 3], [[4, 5, 6], [7, 8, 9]]])
    assert section.label_colors == [[], [(1, 2, 3)], [(4, 5, 6), (7, 8, 9)]]
    assert section.palette == [(0, 0, 0), (1, 2, 3), (4, 5, 6)]
    assert listed("[sky]", palette=[[9, 9, 9]]).palette == [(0, 0, 0), (9, 9, 9)]
    with_void = listed("[sky]", label_colors=[[0, 0, 0], [1, 2, 3]])
    assert with_void.label_colors == [[(0, 0, 0)], [(1, 2, 3)]]


@pytest.mark.parametrize(
    ("keys", "num_classes"),
    [
        ({"class_names": ["void", "sky", "road"]}, 3),
        ({"label_colors": [[0, 0, 0], [1, 1, 1]]}, 2),
        ({"id_map": {"7": 1, "8": 3}}, 4),
        ({}, None),
    ],
)
def test_the_number_of_classes_follows_from_what_is_said(keys, num_classes):
    assert data(**keys).num_classes == num_classes


def test_a_config_of_names_with_void_first_means_what_it_meant():
    section = data(num_classes=3, class_names=["void", "sky", "road"], void_id=255)
    assert (section.num_classes, section.id_map, section.void_id) == (3, None, 255)
    assert section.class_names == ["void", "sky", "road"]
    for keys in (
        {"class_names": ["Unlabelled", "sky"]},
        {"class_names": ["background", "sky"], "void_id": 0},
        {"class_names": ["background", "sky"], "id_map": {"0": 0, "1": 1}},
        {"class_names": ["background", "sky"], "label_colors": [[0, 0, 0], [1, 1, 1]]},
    ):
        assert data(num_classes=2, **keys).num_classes == 2


@pytest.mark.parametrize("keys", [{}, {"id_map": {"0": 1, "1": 2}}])
def test_a_first_name_that_would_be_dropped_is_refused(keys):
    with pytest.raises(ConfigError, match="begins with 'background'.*write data.classes instead"):
        data(num_classes=3, class_names=["background", "shirt", "shoe"], **keys)


@pytest.mark.parametrize(
    ("text", "keys", "sentence"),
    [
        ("[sky, road]", {"void_id": 0}, r"write data.classes as id: name, such as \{1: sky\}"),
        ("[sky, no]", {}, "gives the id 1 the name False, which is no text; put it in quotes"),
        ("{1: sky, 2: null}", {}, "gives the id 2 the name None"),
        ("{sky: 1}", {}, "has 'sky': 1, but an id is a whole number"),
        ("{256: sky}", {}, "an id is a whole number of 0..255"),
        ("[sky, road, sky]", {}, "has 'sky' twice"),
        ("sky", {}, "must list your classes"),
        ("{0: void}", {}, "no class but void"),
        ("[sky]", {"num_classes": 2}, "data.num_classes follows from data.classes"),
        ("[sky]", {"id_map": {"0": 1}}, "data.id_map follows from data.classes"),
        ("{1: sky}", {"label_colors": [[0, 0, 0]]}, "must be a list of names without void"),
        ("[sky]", {"palette": [[0, 0, 0]] * 3}, "data.palette has 3 entries for 2 classes"),
    ],
)
def test_a_wrong_list_is_refused_in_a_sentence(text, keys, sentence):
    with pytest.raises(ConfigError, match=sentence):
        listed(text, **keys)


def test_sources_that_know_their_classes_take_no_list():
    with pytest.raises(ConfigError, match="data.classes is not for the data set landscapes"):
        load_config(TINY, overrides=["data.classes=[sky]"])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"split_list": "names.txt"}, r"must hold \{split\}"),
        ({"split_list": "{split}.txt", "val_fraction": 0.1}, "both choose the held-out pairs"),
        ({"val_fraction": 0.1, "images": "images/{split}"}, "divides one folder"),
        ({"val_fraction": 1}, "less than 1"),
    ],
)
def test_wrong_splits_are_refused_in_a_sentence(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        data(num_classes=2, **settings)
    with pytest.raises(ConfigError, match="data.val_fraction is not for the data set"):
        load_config(TINY, overrides=["data.val_fraction=0.1"])


def test_one_folder_for_both_splits_needs_no_split_in_its_name():
    section = data(num_classes=2, val_fraction=0.1)
    assert (section.images, section.labels) == ("images", "labels")
    assert data(num_classes=2, val_fraction=0.1, images="photographs").images == "photographs"
