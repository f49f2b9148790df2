"""Moments of a mixture of the running statistics and an image's own, by hand and by samples."""

import numpy as np
import pytest

from benchmarks.inference_statistics import mixed_moments, own_share
from oasis_tf.layers import ParamFreeBatchNorm


def test_a_share_of_none_or_all_is_the_running_or_the_own_moments():
    x = np.random.default_rng(0).normal(2, 3, (2, 8, 8, 1)).astype(np.float32)
    mean, variance = mixed_moments(x, 5.0, 7.0, share=0.0)
    assert np.ravel(mean) == pytest.approx([5, 5]) and np.ravel(variance) == pytest.approx([7, 7])
    mean, variance = mixed_moments(x, 5.0, 7.0, share=1.0)
    assert np.ravel(mean) == pytest.approx(x.mean((1, 2)).ravel(), rel=1e-5)
    assert np.ravel(variance) == pytest.approx(x.var((1, 2)).ravel(), rel=1e-5)


def test_a_quarter_is_the_moments_of_a_batch_of_four():
    images = np.random.default_rng(1).normal(0, 1, (4, 16, 16, 3)).astype(np.float32)
    images += np.arange(4, dtype=np.float32)[:, None, None, None]
    others = images[1:]
    mean, variance = mixed_moments(
        images[:1], others.mean((0, 1, 2)), others.var((0, 1, 2)), share=0.25
    )
    assert np.ravel(mean) == pytest.approx(images.mean((0, 1, 2)), rel=1e-4)
    assert np.ravel(variance) == pytest.approx(images.var((0, 1, 2)), rel=1e-4)


def test_own_share_of_1_is_instance_norm_and_ends_with_the_block():
    x = np.random.default_rng(2).normal(3, 2, (2, 8, 8, 2)).astype(np.float32)
    norm = ParamFreeBatchNorm()
    before = norm(x).numpy()
    with own_share(1.0):
        inside = norm(x).numpy()
    np.testing.assert_allclose(inside.mean((1, 2)), 0, atol=1e-5)
    np.testing.assert_array_equal(norm(x).numpy(), before)
