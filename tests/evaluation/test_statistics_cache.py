"""Statistics of real images are computed once for every thing that they depend on."""

import keras
import numpy as np
import pytest
from feature_networks import colour_network, statistics_of

from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.statistics_cache import cached_statistics, identity_of
from oasis_tf.feature_extractors.inception import FIDInception

FACTS = {
    "data": "/data/camvid",
    "state": "1a2b",
    "split": "val",
    "preprocessing": "96x128 bilinear",
    "num_images": 6,
}


class Counted:
    """Computes statistics, and counts how often."""

    def __init__(self):
        self.times, self.sentences = 0, []
        self.network = colour_network()

    def compute(self):
        self.times += 1
        images = np.random.default_rng(0).random((6, 4, 4, 3), np.float32)
        return statistics_of(FeatureDistance(self.network), [images])

    def cached(self, folder, **changes):
        facts = {"network": self.network, **FACTS, **changes}
        return cached_statistics(self.compute, folder=folder, say=self.sentences.append, **facts)


@pytest.fixture
def counted():
    return Counted()


def test_they_are_computed_once(counted, tmp_path):
    first, second = counted.cached(tmp_path), counted.cached(tmp_path)
    assert counted.times == 1 and counted.sentences == []
    np.testing.assert_array_equal(first.moments.covariance, second.moments.covariance)
    np.testing.assert_array_equal(first.sample.features, second.sample.features)


@pytest.mark.parametrize(
    "change",
    [
        {"data": "/data/other"},
        {"split": "train"},
        {"preprocessing": "256x256 bilinear"},
        {"num_images": 5},
        {"network": "other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_set_has_its_own_beside_them(counted, tmp_path, change):
    if "network" in change:
        change = {"network": colour_network(change["network"])}
    counted.cached(tmp_path)
    counted.cached(tmp_path, **change)
    assert counted.times == 2
    counted.cached(tmp_path)
    counted.cached(tmp_path, **change)
    assert counted.times == 2


def test_those_of_data_that_has_changed_are_replaced(counted, tmp_path):
    counted.cached(tmp_path)
    counted.cached(tmp_path, state="3c4d")
    counted.cached(tmp_path, state="3c4d")
    assert counted.times == 2 and len(list(tmp_path.glob("*.npz"))) == 1
    assert "has changed since" in counted.sentences[0]


def test_damaged_ones_are_computed_again(counted, tmp_path):
    counted.cached(tmp_path)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:-50])
    counted.cached(tmp_path)
    counted.cached(tmp_path)
    assert counted.times == 2
    assert str(path) in counted.sentences[0] and "computed again" in counted.sentences[0]


def test_a_networks_identity_is_what_it_computes(tmp_path):
    network = colour_network()
    network.save(tmp_path / "network.keras")
    assert identity_of(keras.saving.load_model(tmp_path / "network.keras")) == identity_of(network)
    other_weights = keras.models.clone_model(network)
    other_layers = keras.Sequential([network, keras.layers.ReLU()], name=network.name)
    assert len({identity_of(each) for each in (network, other_weights, other_layers)}) == 3


def test_fids_identity_is_its_file():
    assert identity_of(FIDInception(weights_sha256="6726825dff")) == "Inception 6726825dff"
