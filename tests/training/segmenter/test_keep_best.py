"""Which network is kept, on scores that are made up."""

from types import SimpleNamespace

import numpy as np
import pytest

from oasis_tf.training.segmenter.keep_best import KeepBest, SegmenterDivergenceError


def keeper(*mious, weights=(1.0,)):
    saved, scores = [], iter(mious)
    keep_best = KeepBest(
        score=lambda: SimpleNamespace(miou=next(scores)),
        save=lambda matrix, step: saved.append((step, matrix.miou)),
    )
    keep_best.set_model(SimpleNamespace(get_weights=lambda: [np.array(weights)]))
    return keep_best, saved


def epoch(keep_best, number, *, loss=1.0, steps=3):
    logs = {"loss": loss}
    for batch in range(steps):
        keep_best.on_train_batch_end(batch)
    keep_best.on_epoch_end(number, logs)
    return logs


def test_only_what_is_better_than_all_before_is_saved():
    keep_best, saved = keeper(0.0, 0.4, 0.3, 0.4, 0.5)
    logs = [epoch(keep_best, number) for number in range(5)]
    assert saved == [(3, 0.0), (6, 0.4), (15, 0.5)]
    assert [log["held_out_miou"] for log in logs] == [0.0, 0.4, 0.3, 0.4, 0.5]


def test_an_epoch_that_was_cut_short_is_scored_once():
    keep_best, saved = keeper(0.4, 0.6)
    epoch(keep_best, 0)
    keep_best.catch_up()
    keep_best.on_train_batch_end(0)
    keep_best.catch_up()
    assert saved == [(3, 0.4), (4, 0.6)]


def test_without_a_step_there_is_nothing_to_score():
    keep_best, saved = keeper()
    keep_best.catch_up()
    assert saved == []


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_is_said(loss):
    keep_best, saved = keeper(0.4)
    epoch(keep_best, 0)
    with pytest.raises(SegmenterDivergenceError, match=r"epoch 2: .*lower --learning-rate"):
        epoch(keep_best, 1, loss=loss)
    assert saved == [(3, 0.4)]


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_network_that_is_not_finite_is_not_saved_when_training_is_cut_short(weight):
    keep_best, saved = keeper(0.4, weights=(1.0, weight))
    keep_best.on_train_batch_end(0)
    with pytest.raises(SegmenterDivergenceError, match=r"step 1: .*lower --learning-rate"):
        keep_best.catch_up()
    assert saved == []
