"""Moments of a stream are those of the whole, however it was cut and shared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.evaluation.moments import Moments, NonFiniteFeaturesError, TooFewImagesError


def moments_of(*batches):
    moments = Moments(batches[0].shape[1])
    for batch in batches:
        moments.update(batch)
    return moments


def assert_moments_of(moments, features):
    assert moments.count == len(features)
    np.testing.assert_allclose(moments.mean, features.mean(0), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(
        moments.covariance, np.cov(features, rowvar=False), rtol=1e-10, atol=1e-13
    )


def test_moments_worked_by_hand():
    moments = moments_of(np.float32([[1, 2], [3, 2]]), np.float32([[5, 8]]))
    np.testing.assert_allclose(moments.mean, [3, 4])
    np.testing.assert_allclose(moments.covariance, [[4, 6], [6, 12]])


@given(
    sizes=st.lists(st.integers(0, 7), min_size=2, max_size=6).filter(lambda s: sum(s) > 1),
    order=st.randoms(use_true_random=False),
    seed=st.integers(0, 9),
)
def test_parts_in_any_order_are_the_whole(sizes, order, seed):
    features = np.random.default_rng(seed).normal(3, 2, (sum(sizes), 4))
    parts = np.split(features, np.cumsum(sizes)[:-1])
    order.shuffle(parts)
    assert_moments_of(moments_of(*parts), features)


def test_a_mean_far_from_0_costs_no_digits():
    spread = np.random.default_rng(0).normal(0, 1, (400, 3))
    moments = moments_of(*np.split(spread + 1e9, 40))
    np.testing.assert_allclose(moments.covariance, np.cov(spread, rowvar=False), atol=1e-6)


def test_float32_features_are_summed_up_in_float64():
    features = np.random.default_rng(1).normal(100, 1e-2, (3000, 2)).astype(np.float32)
    assert_moments_of(moments_of(*np.split(features, 300)), np.float64(features))


@pytest.mark.parametrize("count", [0, 1])
def test_a_covariance_needs_two_images(count):
    moments = moments_of(np.ones((count, 3)))
    with pytest.raises(TooFewImagesError, match=f"at least 2 images of each set; got {count}"):
        _ = moments.covariance


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused_and_spoil_nothing(value):
    moments = moments_of(np.eye(3))
    with pytest.raises(NonFiniteFeaturesError, match="NaN or infinite"):
        moments.update(np.float32([[0, value, 0]]))
    assert_moments_of(moments, np.eye(3))
