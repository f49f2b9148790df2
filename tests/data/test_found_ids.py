"""Classes that no one listed are the ids of the label maps."""

import json
from pathlib import Path

import pytest
from tiny_files import write_pairs

from oasis_tf.config import load_config
from oasis_tf.data import DataError, open_splits, with_found_classes

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


def found(root, ids, **keys):
    write_pairs(root, "abcd", images="images", labels="labels", ids=ids)
    keys = {"source": "folder", "val_fraction": 0.5} | keys
    config = load_config(
        TINY,
        overrides=[f"data.{key}={json.dumps(value)}" for key, value in keys.items()],
        data_root=root,
        classes_from_data=True,
    )
    return with_found_classes(config)


def test_the_ids_that_are_there_become_classes_but_void(tmp_path):
    config = found(tmp_path, (3, 4, 9, 255), void_id=255)
    assert config.data.class_names == ["void", "id 3", "id 4", "id 9"]
    assert config.data.id_map == {3: 1, 4: 2, 9: 3}
    assert config.generator.num_classes == config.discriminator.num_classes == 4
    for source in open_splits(**config.data.source_arguments()):
        assert set(source.load(0)[1].numpy().flat) == {0, 1, 2, 3}


def test_id_0_is_a_class_like_any_other(tmp_path):
    config = found(tmp_path, (0, 1))
    assert config.data.id_map == {0: 1, 1: 2}
    (source, _) = open_splits(**config.data.source_arguments())
    assert set(source.load(0)[1].numpy().flat) == {1, 2}


def test_a_config_that_lists_classes_is_left_alone(tmp_path):
    config = found(tmp_path, (0, 1), classes=["sky", "road"])
    assert with_found_classes(config) is config


def test_255_is_not_taken_for_a_class(tmp_path):
    with pytest.raises(DataError, match=r"holds the id 255, .* set data.void_id: 255"):
        found(tmp_path, (0, 255))


def test_void_alone_is_no_class(tmp_path):
    with pytest.raises(DataError, match="no label map holds an id"):
        found(tmp_path, (0,), void_id=0)
