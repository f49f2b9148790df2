"""Counts of label and prediction against scores worked by hand."""

import numpy as np
import pytest

from oasis_tf.evaluation.confusion import ConfusionMatrix

# Class 1: 2 hits, union 3. Class 2: 1 hit, union 3. Class 3: 0 hits, union 1; 4: never seen.
LABELS = np.int32([[[1, 1, 2], [2, 3, 0]]])
PREDICTED = np.int32([[[1, 1, 1], [2, 2, 3]]])


@pytest.fixture
def matrix():
    matrix = ConfusionMatrix(5)
    matrix.update(PREDICTED, LABELS)
    return matrix


def test_scores_worked_by_hand(matrix):
    assert matrix.accuracy == pytest.approx(3 / 5)
    assert matrix.miou == pytest.approx((2 / 3 + 1 / 3 + 0) / 3)
    np.testing.assert_allclose(matrix.per_class_iou(), [np.nan, 2 / 3, 1 / 3, 0, np.nan])


def test_a_count_is_of_label_and_prediction(matrix):
    expected = np.zeros((5, 5), np.int64)
    expected[0, 3] = expected[2, 1] = expected[2, 2] = expected[3, 2] = 1
    expected[1, 1] = 2
    np.testing.assert_array_equal(matrix.counts, expected)


def test_batches_add_up_to_the_whole(matrix):
    in_parts = ConfusionMatrix(5)
    for row in range(2):
        in_parts.update(PREDICTED[:, row : row + 1], LABELS[:, row : row + 1])
    np.testing.assert_array_equal(in_parts.counts, matrix.counts)


def test_predicting_void_is_a_miss_of_the_label():
    matrix = ConfusionMatrix(3)
    matrix.update(np.int32([[[0, 1]]]), np.int32([[[1, 1]]]))
    assert matrix.accuracy == 0.5
    np.testing.assert_array_equal(matrix.per_class_iou(), [np.nan, 0.5, np.nan])


def test_one_pixel_in_more_than_float32_can_count(matrix):
    matrix.counts[1, 1] = 2**24
    matrix.update(np.int32([[[1]]]), np.int32([[[1]]]))
    assert matrix.counts[1, 1] == 2**24 + 1


@pytest.mark.parametrize("labels", [np.int32([[[0]]]), None], ids=["only void", "nothing"])
def test_without_a_labelled_pixel_scores_are_0(labels):
    matrix = ConfusionMatrix(3)
    if labels is not None:
        matrix.update(np.ones_like(labels), labels)
    assert matrix.accuracy == matrix.miou == 0
    assert np.isnan(matrix.per_class_iou()).all()
