import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from oasis_tf.losses import adversarial


def test_class_counts_of_a_map_worked_by_hand():
    label_map = np.int32([[[0, 1, 1], [3, 1, 0]]])
    np.testing.assert_array_equal(adversarial.class_counts(label_map, 5), [2, 3, 0, 1, 0])


def test_class_weights_worked_by_hand():
    # 12 pixels, 2 of them void; classes 1, 2 and 4 are present, class 3 is not.
    np.testing.assert_allclose(
        adversarial.class_weights([2.0, 6.0, 3.0, 0.0, 1.0]),
        [0, 12 / (6 * 3), 12 / (3 * 3), 0, 12 / (1 * 3)],
        rtol=1e-6,
    )


def test_class_weights_of_a_map_of_void_are_zeros():
    np.testing.assert_array_equal(adversarial.class_weights([8.0, 0.0, 0.0]), [0, 0, 0])


@given(hnp.arrays(np.float32, st.integers(2, 12), elements=st.integers(0, 10**6)))
def test_all_present_classes_weigh_the_same_and_sum_to_the_number_of_pixels(counts):
    shares = counts * np.array(adversarial.class_weights(counts))
    present = counts[1:][counts[1:] > 0]
    if len(present):
        expected = np.where(counts > 0, counts.sum() / len(present), 0)
        expected[0] = 0
        np.testing.assert_allclose(shares, expected, rtol=1e-5)


def test_indifferent_logits_cost_the_logarithm_of_the_number_of_channels():
    label_map = np.int32([[[0, 1], [2, 2]]])  # one of four pixels is void
    logits = np.full((1, 2, 2, 4), 7.0, np.float32)
    real = adversarial.n_plus_one_loss(logits, label_map, is_real=True)
    fake = adversarial.n_plus_one_loss(logits, label_map, is_real=False)
    weights = np.float32([5, 1, 3])  # void's is read from the weights if they are given
    weighted = adversarial.n_plus_one_loss(logits, label_map, is_real=True, class_weights=weights)
    assert float(real) == pytest.approx(math.log(4) * 3 / 4, rel=1e-5)
    assert float(fake) == pytest.approx(math.log(4), rel=1e-5)
    assert float(weighted) == pytest.approx(math.log(4) * (5 + 1 + 3 + 3) / 4, rel=1e-5)


@pytest.mark.parametrize("is_real", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("scale", [1, 1e4])  # at the larger one exp() overflows if done naively
def test_n_plus_one_loss_equals_the_formula(is_real, weighted, scale):
    num_classes = 4
    rng = np.random.default_rng(0)
    logits = np.float32(scale * rng.standard_normal((2, 3, 5, num_classes + 1)))
    label_map = rng.integers(0, num_classes, (2, 3, 5)).astype(np.int32)
    weights = np.float32([0, 2, 0.5, 3]) if weighted else None
    x = np.float64(logits)
    shifted = x - x.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    total = 0.0
    for pixel in np.ndindex(label_map.shape):
        c = label_map[pixel]
        if not is_real:
            total -= log_p[pixel][0]
        elif c > 0:
            total -= (weights[c] if weighted else 1.0) * log_p[pixel][c + 1]
    loss = adversarial.n_plus_one_loss(logits, label_map, is_real=is_real, class_weights=weights)
    assert float(loss) == pytest.approx(total / label_map.size, rel=1e-4)


def test_label_mix_loss_worked_by_hand():
    real, fake = np.float32([[[[1, 2], [3, 4]]]]), np.float32([[[[5, 6], [7, 8]]]])
    mask = np.float32([[[[1], [0]]]])  # the mix of the logits: (1, 2) and (7, 8)
    mixed = np.float32([[[[1, 5], [5, 8]]]])  # off by (0, 3) and (-2, 0)
    loss = adversarial.label_mix_loss(mixed, real, fake, mask)
    assert float(loss) == pytest.approx((9 + 4) / 4)
