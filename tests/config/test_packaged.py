"""Packaged configs by name."""

from pathlib import Path

import pytest
from tiny_config import CONFIGS

from oasis_tf.config import ConfigError, load_config
from oasis_tf.config.packaged import config_path, packaged_configs


def test_every_experiment_has_a_name_and_the_published_figures_have_none():
    paths = {path.relative_to(CONFIGS) for path in CONFIGS.rglob("*.yaml")}
    expected = {path.with_suffix("").as_posix() for path in paths} - {"references"}
    assert set(packaged_configs()) == expected
    assert "benchmarks/camvid-oasis" in expected
    assert load_config("ade20k") == load_config(CONFIGS / "ade20k.yaml")


def test_a_file_comes_before_a_name_and_need_not_exist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tiny").write_text("data: {}")
    assert config_path("tiny") == Path("tiny")
    assert config_path("none.yaml") == Path("none.yaml")


def test_a_folder_of_that_name_is_no_config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("camvid").mkdir()  # of the data, as people name it
    assert config_path("camvid") == packaged_configs()["camvid"]


def test_a_name_that_is_none_is_told_the_near_ones():
    with pytest.raises(ConfigError, match="no file ade2k.*did you mean ade20k"):
        load_config("ade2k")
