"""A sample of features is fair, bounded, and does not depend on how a set is shared."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.evaluation.sample import FeatureSample


def features_at(places):
    """Features that say where they stand."""
    return np.stack([places, -np.asarray(places)], axis=1).astype(np.float32)


def sample_of(*parts, size=8, seed=0):
    sample = FeatureSample(2, size=size, seed=seed)
    for places in parts:
        sample.update(features_at(places), places)
    return sample


def assert_same(one, other):
    np.testing.assert_array_equal(one.places, other.places)
    np.testing.assert_array_equal(one.features, other.features)


def test_a_small_set_is_kept_whole_and_in_its_order():
    sample = sample_of([4, 0, 3], [1, 2])
    np.testing.assert_array_equal(sample.places, np.arange(5))
    np.testing.assert_array_equal(sample.features, features_at(np.arange(5)))
    assert sample.features.dtype == np.float32


@given(
    cuts=st.lists(st.integers(0, 40), max_size=4),
    order=st.randoms(use_true_random=False),
    seed=st.integers(0, 5),
)
def test_however_a_set_is_shared_the_sample_is_the_same(cuts, order, seed):
    places = list(range(40))
    whole = sample_of(places, seed=seed)
    order.shuffle(places)
    parts = np.split(np.array(places), sorted(cuts))
    assert_same(sample_of(*parts, seed=seed), whole)
    np.testing.assert_array_equal(whole.features, features_at(whole.places))
    assert len(whole.places) == 8


def test_vectors_without_places_are_refused():
    with np.testing.assert_raises_regex(ValueError, "3 vectors have 2 places"):
        sample_of().update(features_at([1, 2, 3]), [1, 2])


def test_every_place_is_as_likely_as_any_other():
    times_kept = np.zeros(20)
    for seed in range(600):
        times_kept[sample_of(np.arange(20), size=5, seed=seed).places] += 1
    # Binomial(600, 1/4): mean 150, standard deviation 10.6.
    assert times_kept.sum() == 600 * 5
    assert times_kept.min() > 150 - 4 * 10.6 and times_kept.max() < 150 + 4 * 10.6
