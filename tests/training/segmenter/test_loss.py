"""Cross-entropy over labelled pixels, worked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.training.segmenter.loss import cross_entropy

LABELS = np.int32([[[1, 1, 1, 2], [0, 0, 0, 0]]])  # half of it is void
# The probability of the right class is 1/2 in class 1, 1/4 in class 2.
LOGITS = np.log(np.float32([[[[2, 1, 1]] * 3 + [[2, 1, 1]], [[9, 1, 5]] * 4]]))


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        (0, (3 * np.log(2) + np.log(4)) / 4),
        # Weights are 4 / (3 * 2) and 4 / (1 * 2), as losses.class_weights has it.
        (1, (3 * np.log(2) * 4 / 6 + np.log(4) * 4 / 2) / 4),
        (0.5, (3 * np.log(2) * (4 / 6) ** 0.5 + np.log(4) * 2**0.5) / 4),
    ],
)
def test_the_mean_is_over_labelled_pixels(balance, expected):
    loss = cross_entropy(LABELS, LOGITS, balance=balance)
    assert loss.shape == LABELS.shape
    assert float(np.mean(loss)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("balance", [0, 0.5, 1])
def test_nothing_is_learned_from_void(balance):
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(cross_entropy(LABELS, logits, balance=balance))
    gradient = tape.gradient(loss, logits)[0].numpy()
    assert np.abs(gradient[0]).min() > 0.01 and not gradient[1].any()
    only_void = cross_entropy(np.zeros_like(LABELS), LOGITS, balance=balance)
    np.testing.assert_array_equal(only_void, np.zeros(LABELS.shape))


def test_keras_takes_its_mean_as_the_loss():
    model = keras.Sequential([keras.Input((2, 4, 3)), keras.layers.Activation("linear")])
    model.compile(loss=lambda label_map, logits: cross_entropy(label_map, logits, balance=0))
    loss = model.evaluate(LOGITS, LABELS, verbose=0)
    assert loss == pytest.approx((3 * np.log(2) + np.log(4)) / 4, rel=1e-6)
