"""Configs that runs of today may have, and that nothing new should begin with."""

import pytest
from tiny_config import folder_config

from oasis_tf.config import ConfigError, check_new_experiment


def test_an_id_is_void_or_a_class():
    config = folder_config("data.void_id=255", "data.id_map={255: 2, 0: 1}")
    with pytest.raises(ConfigError, match="id_map makes the id 255 class 2, but data.void_id"):
        check_new_experiment(config)
    for id_map in ("{0: 1, 255: 0}", "{0: 1}", "null"):
        config = folder_config("data.void_id=255", f"data.id_map={id_map}")
        assert check_new_experiment(config) == []


def test_a_name_of_two_classes_is_a_warning():
    config = folder_config("data.class_names=[void, Old  Road, old road]")
    [warning] = check_new_experiment(config)
    assert "data.class_names has 'Old  Road' for the classes 1 and 2;" in warning
    assert check_new_experiment(folder_config("data.class_names=[void, road, sky]")) == []
