"""Diversity over many label maps: pairs, streams, parts."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.evaluation.diversity import Diversity
from oasis_tf.evaluation.moments import NonFiniteFeaturesError
from oasis_tf.evaluation.ms_ssim import MSSSIM
from oasis_tf.evaluation.perceptual_distance import Backbone, mean_distance_of_pairs

SIZE = (20, 24)
COLOURS = Backbone("colours", lambda images: [tf.cast(images, tf.float32)])


def diversity(num_samples=3):
    return Diversity(num_samples=num_samples, image_size=SIZE, backbone=COLOURS)


def random_photographs(num_label_maps, num_samples=3, seed=0):
    shape = (num_label_maps, num_samples, *SIZE, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_scores_are_means_over_all_pairs_also_in_a_graph():
    photographs = random_photographs(2, num_samples=4)
    similarity = MSSSIM(SIZE)
    of_pairs = [
        similarity(photographs[:, i], photographs[:, j])
        for i, j in itertools.combinations(range(4), 2)
    ]
    expected = np.stack(
        [np.mean(of_pairs, axis=0), mean_distance_of_pairs(photographs, COLOURS)], axis=1
    )
    for measure in (diversity(4).compute, tf.function(diversity(4).compute)):
        np.testing.assert_allclose(measure(photographs), expected, rtol=1e-4)


def test_one_odd_photograph_among_three_counts_in_two_of_three_pairs():
    one, other = random_photographs(1, num_samples=2)[0]
    alike, odd = diversity(2), diversity(3)
    s, d = alike.compute(np.stack([one, other])[None])[0].numpy()
    expected = [[(1 + 2 * s) / 3, 2 * d / 3]]
    measured = odd.compute(np.stack([one, other, one])[None])
    np.testing.assert_allclose(measured, expected, rtol=1e-4)


def test_equal_photographs_have_no_diversity():
    photographs = np.repeat(random_photographs(2, num_samples=1), 3, axis=1)
    np.testing.assert_allclose(diversity().compute(photographs), [[1, 0], [1, 0]], atol=1e-5)


def test_a_result_worked_by_hand():
    measured = diversity()
    measured.add(np.float32([[0.25, 1.0]]))
    assert measured.result()["ms_ssim"]["standard_deviation"] is None
    measured.add(np.float32([[0.75, 2.0], [0.5, 6.0]]))
    assert measured.result() == {
        "samples": 3,
        "num_label_maps": 3,
        "ms_ssim": {
            "value": pytest.approx(0.5),
            "standard_deviation": pytest.approx(0.25),
            "filter_size": 5,
            "scales": 3,
        },
        "feature_distance": {
            "name": "colours",
            "value": pytest.approx(3.0),
            "standard_deviation": pytest.approx(7**0.5),
        },
    }


def test_without_a_backbone_only_ms_ssim_is_measured():
    photographs = random_photographs(2)
    alone = Diversity(num_samples=3, image_size=SIZE, backbone=None)
    scores = alone.compute(photographs).numpy()
    np.testing.assert_array_equal(scores, diversity().compute(photographs).numpy()[:, :1])
    alone.add(scores)
    result = alone.result()
    assert result["ms_ssim"]["value"] == pytest.approx(scores.mean())
    distance = {"value": None, "standard_deviation": None, "name": None}
    assert result["feature_distance"] == distance


def test_batches_are_the_whole():
    photographs = random_photographs(5)
    whole, in_parts = diversity(), diversity()
    whole.add(whole.compute(photographs))
    for part in (photographs[:2], photographs[2:]):
        in_parts.add(in_parts.compute(part))
    assert in_parts.result()["num_label_maps"] == 5
    for name in ("ms_ssim", "feature_distance"):
        for key in ("value", "standard_deviation"):
            expected = whole.result()[name][key]
            assert in_parts.result()[name][key] == pytest.approx(expected, rel=1e-5)


def test_without_label_maps_there_is_no_value():
    assert diversity().result()["feature_distance"]["value"] is None


def test_one_photograph_of_each_is_no_diversity():
    with pytest.raises(ValueError, match="at least 2 photographs of each label map; got 1"):
        diversity(1)


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(NonFiniteFeaturesError):
        diversity().add([[np.nan, 1.0]])
