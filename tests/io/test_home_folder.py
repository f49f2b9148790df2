"""A user without a home folder, as containers have."""

import pwd

import pytest

from oasis_tf.data.tfds_source import open_tfds
from oasis_tf.io.home_folder import NoHomeError, cache_folder


@pytest.fixture
def homeless(monkeypatch):
    def nobody(user_id):
        raise KeyError(user_id)

    for name in ("HOME", "XDG_CACHE_HOME", "TFDS_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


def test_the_cache_says_what_to_name_instead(homeless, monkeypatch, tmp_path):
    with pytest.raises(NoHomeError, match="no home folder .*data.cache_dir"):
        cache_folder()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "oasis_tf"


def test_prepared_data_says_what_to_name_instead(homeless):
    with pytest.raises(NoHomeError, match="tensorflow_datasets: .*--data-root"):
        open_tfds(split="train")


def test_the_settings_of_keras_are_still_named(homeless, monkeypatch):
    from oasis_tf.runtime import keras_settings

    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert str(keras_settings._settings_file()) == "~/.keras/keras.json"
