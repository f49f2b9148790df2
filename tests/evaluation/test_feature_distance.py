"""Distances in any network's features, under that network's name."""

import tracemalloc

import keras
import numpy as np
import pytest
from feature_networks import colour_features, colour_network, statistics_of

from oasis_tf.evaluation import statistics as feature_statistics
from oasis_tf.evaluation.feature_distance import FeatureDistance, FeatureNetworkError
from oasis_tf.evaluation.frechet import frechet_distance
from oasis_tf.evaluation.kid import kernel_distance
from oasis_tf.evaluation.moments import Moments, NonFiniteFeaturesError
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.feature_extractors.inception import FIDInception


@pytest.fixture(scope="module")
def distance():
    return FeatureDistance(colour_network())


@pytest.fixture(scope="module")
def sets():
    """Two sets of images in [0, 1]: 23 and 17."""
    rng = np.random.default_rng(0)
    return (
        rng.uniform(0, 1, (23, 4, 6, 3)).astype(np.float32),
        rng.uniform(0.2, 0.6, (17, 4, 6, 3)).astype(np.float32),
    )


def batches(images, size=5):
    return (images[first : first + size] for first in range(0, len(images), size))


def moments_of(features):
    moments = Moments(features.shape[1])
    moments.update(features)
    return moments


@pytest.fixture(params=[1, 7, 512])
def rows_at_a_time(request, monkeypatch):
    monkeypatch.setattr(feature_statistics, "ROWS_AT_A_TIME", request.param)


def test_distances_are_those_of_the_features(distance, sets, rows_at_a_time):
    real, fake = (statistics_of(distance, batches(images)) for images in sets)
    features = [colour_features(images) for images in sets]
    frechet = distance.frechet(real, fake)
    assert frechet.value == pytest.approx(frechet_distance(*map(moments_of, features)), rel=1e-4)
    kernel = distance.kernel(real, fake, seed=3)
    assert kernel.value.value == pytest.approx(kernel_distance(*features, seed=3).value, rel=1e-4)
    assert (frechet.num_real, frechet.num_fake) == (kernel.num_real, kernel.num_fake) == (23, 17)


def test_batches_of_any_size_are_the_whole_set(distance, sets):
    whole = statistics_of(distance, [sets[0]])
    in_parts = statistics_of(distance, batches(sets[0], 7))
    assert in_parts.num_images == 23
    np.testing.assert_allclose(in_parts.moments.scatter, whole.moments.scatter, atol=1e-5)
    np.testing.assert_array_equal(in_parts.sample.places, np.arange(23))
    np.testing.assert_allclose(in_parts.sample.features, whole.sample.features, rtol=1e-5)


def test_under_a_strategy_it_comes_to_the_same(distance, sets, two_replicas):
    with two_replicas.scope():
        mirrored = FeatureDistance(colour_network())
        statistics = statistics_of(mirrored, batches(sets[0]))
    expected = statistics_of(distance, batches(sets[0]))
    np.testing.assert_array_equal(statistics.moments.scatter, expected.moments.scatter)
    np.testing.assert_array_equal(statistics.sample.features, expected.sample.features)


def test_memory_does_not_grow_with_the_number_of_images():
    features = np.zeros((1000, 4), np.float32)

    def peak_bytes(num_batches):
        tracemalloc.start()
        statistics = FeatureStatistics(4, sample_size=500)
        for _ in range(num_batches):
            statistics.update(features)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_bytes(12) < peak_bytes(2) + 40_000  # 10,000 images' features take 160,000 bytes


@pytest.mark.parametrize(
    ("weights_sha256", "frechet", "kernel"),
    [
        ("6726825d" + "0" * 56, "FID", "KID"),
        *[
            (sha256, f"Fréchet distance in {network}", f"kernel distance in {network}")
            for sha256, network in (
                ("12345678" + "0" * 56, "Inception with weights that are not FID's (12345678)"),
                (None, "Inception with weights that are not FID's (none)"),
            )
        ],
    ],
    ids=["standard weights", "others", "fresh ones"],
)
def test_only_fids_weights_give_a_fid(weights_sha256, frechet, kernel):
    distance = FeatureDistance(FIDInception(weights_sha256=weights_sha256))
    statistics = FeatureStatistics(4)
    statistics.update(np.eye(4), range(4))
    assert distance.frechet(statistics, statistics).name == frechet
    assert distance.kernel(statistics, statistics).name == kernel


def test_another_network_called_fid_gives_no_fid(sets):
    distance = FeatureDistance(colour_network("FID"))
    statistics = statistics_of(distance, batches(sets[0]))
    assert distance.frechet(statistics, statistics).name == "Fréchet distance in FID"
    assert distance.kernel(statistics, statistics).name == "kernel distance in FID"


def test_a_network_that_gives_maps_is_refused(sets):
    distance = FeatureDistance(colour_network("maps", pooled=False))
    with pytest.raises(FeatureNetworkError, match=r"maps gives .5, 4, 6, 4. .*global pooling"):
        statistics_of(distance, batches(sets[0]))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_that_is_not_finite_is_said(distance, sets, value):
    images = sets[0].copy()
    images[20, 1, 2, 0] = value
    with pytest.raises(NonFiniteFeaturesError, match="NaN or infinite"):
        statistics_of(distance, batches(images))


def test_a_fused_relu_does_not_hide_it():
    layers = [
        keras.Input((8, 8, 3)),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
    ]
    distance = FeatureDistance(keras.Sequential(layers))
    with pytest.raises(NonFiniteFeaturesError):
        statistics_of(distance, [np.full((4, 8, 8, 3), np.nan, np.float32)])
