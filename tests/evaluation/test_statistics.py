"""Statistics are saved whole, and loaded as they were or not at all."""

import os

import numpy as np
import pytest

from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.io.array_file import ArrayFileError


@pytest.fixture
def statistics():
    features = np.random.default_rng(0).normal(0, 1, (30, 5)).astype(np.float32)
    statistics = FeatureStatistics(5, sample_size=12, seed=3)
    statistics.update(features, np.arange(30))
    return statistics


def assert_equal(one, other):
    assert one.num_images == other.num_images
    assert (one.sample.size, one.sample.seed) == (other.sample.size, other.sample.seed)
    for part, name in (
        ("moments", "mean"),
        ("moments", "covariance"),
        ("sample", "features"),
        ("sample", "places"),
    ):
        arrays = [getattr(getattr(which, part), name) for which in (one, other)]
        np.testing.assert_array_equal(*arrays)
        assert arrays[0].dtype == arrays[1].dtype


def test_what_is_loaded_is_what_was_saved_and_can_be_gone_on_with(statistics, tmp_path):
    statistics.save(tmp_path / "reals.npz", key="camvid val")
    loaded = FeatureStatistics.load(tmp_path / "reals.npz", key="camvid val")
    assert_equal(loaded, statistics)
    for each in (loaded, statistics):
        each.update(np.ones((2, 5)), [30, 31])
    assert_equal(loaded, statistics)


def test_statistics_of_something_else_are_not_taken(statistics, tmp_path):
    statistics.save(tmp_path / "reals.npz", key="camvid val")
    assert FeatureStatistics.load(tmp_path / "reals.npz", key="camvid train") is None


def test_a_file_that_cannot_be_finished_leaves_the_old_one(statistics, tmp_path, monkeypatch):
    path = tmp_path / "reals.npz"
    statistics.save(path, key="old")

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        statistics.save(path, key="new")
    assert FeatureStatistics.load(path, key="old") is not None
    assert os.listdir(tmp_path) == ["reals.npz"]


def a_changed_byte(path):
    content = bytearray(path.read_bytes())
    content[content.index(b"scatter.npy") + 200] ^= 1
    path.write_bytes(content)


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-100])


def other_arrays(path):
    np.savez(path, mu=np.zeros(5), sigma=np.eye(5))


def other_shapes(path):
    with np.load(path) as file:
        np.savez(path, **dict(file) | {"scatter": np.eye(4)})


def objects(path):
    with np.load(path) as file:
        np.savez(path, **dict(file) | {"scatter": np.array([{}], object)})


def not_finite(path):
    with np.load(path) as file:
        np.savez(path, **dict(file) | {"mean": np.full(5, np.nan)})


@pytest.mark.parametrize(
    "damage", [a_changed_byte, cut_off, other_arrays, other_shapes, objects, not_finite]
)
def test_a_damaged_file_is_named(statistics, tmp_path, damage):
    path = tmp_path / "reals.npz"
    statistics.save(path)
    damage(path)
    with pytest.raises(ArrayFileError, match="reals.npz"):
        FeatureStatistics.load(path)
