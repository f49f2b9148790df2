"""Which step is saved as the best one, and what becomes of the best one before."""

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import tensorflow as tf

from oasis_tf.runs import checkpoint
from oasis_tf.runs.checkpoint_files import Best
from oasis_tf.training.callbacks import Checkpoints

MEASURED = {"training.score_images": 200}


@pytest.fixture
def saved(monkeypatch):
    """list of (step, best) of every checkpoint that was written."""
    found = []
    monkeypatch.setattr(
        checkpoint,
        "write",
        lambda folder, *, model, best, **others: found.append((int(model.step), best)),
    )
    return found


def after(scores, *, best=None, metric="miou_fake"):
    """`Checkpoints` after one step for each score."""
    held_out = SimpleNamespace(latest_step=None, latest={})
    callback = Checkpoints(
        "folder",
        every=1000,
        keep_last=2,
        config=None,
        recalibrated_ema=None,
        scores=held_out,
        best_metric=metric,
        measured_with=MEASURED,
        best=best,
    )
    callback.set_model(SimpleNamespace(step=tf.Variable(10)))
    callback.on_train_begin()
    for score in scores:
        callback.model.step.assign_add(1)
        held_out.latest_step, held_out.latest = int(callback.model.step), {metric: score}
        callback.on_train_batch_end(0)
    return callback


def test_a_step_that_scores_best_is_saved_with_what_it_was_measured_with(saved):
    after([0.2, 0.1, 0.3])
    assert saved == [
        (11, Best(11, "miou_fake", 0.2, MEASURED)),
        (13, Best(13, "miou_fake", 0.3, MEASURED)),
    ]


def test_of_a_distance_less_is_better(saved):
    after([30.0, 40.0, 20.0], metric="fid")
    assert [step for step, _ in saved] == [11, 13]


@pytest.mark.parametrize("before", [MEASURED, None, {}], ids=["same", "unknown", "unread"])
def test_a_resumed_run_has_to_beat_the_best_one_before(saved, before):
    best = Best(3, "miou_fake", 0.5, before)
    assert after([0.4], best=best).best == best and saved == []
    assert after([0.6], best=best).best.step == 11


@pytest.mark.parametrize(
    "best",
    [Best(3, "fid", 0.5, {}), Best(3, "miou_fake", 0.5, {"training.score_images": 8})],
    ids=["another metric", "other images"],
)
def test_one_that_was_measured_otherwise_stays_the_best_until_the_next_score(saved, best):
    callback = after([], best=best)
    callback.act()
    assert saved == [(10, best)]
    after([0.1], best=best)
    assert saved[1:] == [(11, Best(11, "miou_fake", 0.1, MEASURED))]


def test_a_score_that_is_no_number_is_never_the_best(saved):
    after([math.nan, math.inf])
    assert saved == []
    after([0.1], best=Best(3, "miou_fake", math.nan, MEASURED))
    assert [step for step, _ in saved] == [11]


def test_a_run_folder_that_was_deleted_while_a_step_was_scored_is_not_made_again(saved):
    callback = after([])
    callback.folder = Path("gone") / "checkpoints"
    with pytest.raises(FileNotFoundError, match="gone"):
        callback.act()
    assert saved == []
