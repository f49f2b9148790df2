"""Writes checkpoints of a run, and keeps the best."""

import errno
import math
import os
from pathlib import Path

from oasis_tf.runs import checkpoint
from oasis_tf.runs.checkpoint_files import Best
from oasis_tf.training.callbacks.steps import EveryNSteps


class Checkpoints(EveryNSteps):
    """Writes checkpoints of the run, see `runs.checkpoint`.

    Must come after all reports in the list of callbacks: once a checkpoint exists, the reports up
    to its step are on disk.

    Args:
        folder: folder of the run's checkpoints.
        every, last_step: see `EveryNSteps`.
        keep_last: int, number of checkpoints to keep.
        config: `Config` of the run.
        recalibrated_ema: function() -> the recalibrated EMA generator.
        scores: `HeldOutScores`, `Evaluations` or None. A step with the best score is saved as
            well, and kept.
        best_metric: str, a key of `scores.latest`.
        measured_with: dict, the config keys that `best_metric` depends on.
        best: `Best` of the run so far, or None. If its config keys differ, it stays the best until
            the next score.
        is_suspicious: function() -> bool, whether training may be diverging. Then a checkpoint
            that is due is delayed.
    """

    def __init__(
        self,
        folder,
        *,
        every,
        keep_last,
        config,
        recalibrated_ema,
        last_step=None,
        scores=None,
        best_metric=None,
        measured_with=None,
        best=None,
        is_suspicious=lambda: False,
    ):
        super().__init__(every, last_step=last_step)
        self.folder = Path(folder)
        self.keep_last = keep_last
        self.config = config
        self.recalibrated_ema = recalibrated_ema
        self.scores = scores if best_metric else None
        self.best_metric = best_metric
        self.measured_with = measured_with
        self.best = best
        self.is_suspicious = is_suspicious
        self.waiting = False

    def on_train_batch_end(self, batch, logs=None):
        self.waiting = self.is_due() or self.waiting
        if self.is_suspicious():
            return
        if self._is_best() or self.waiting:
            self.act()

    def act(self):
        if not self.folder.parent.is_dir():  # deleted while this step was scored
            raise FileNotFoundError(
                errno.ENOENT, os.strerror(errno.ENOENT), str(self.folder.parent)
            )
        checkpoint.write(
            self.folder,
            model=self.model,
            config=self.config,
            recalibrated_ema=self.recalibrated_ema,
            keep_last=self.keep_last,
            best=self.best,
        )
        self.waiting = False

    def _is_best(self):
        """Whether this step has the best score so far."""
        if self.scores is None or self.scores.latest_step != self.step:
            return False
        score = self.scores.latest.get(self.best_metric)
        if score is None or not math.isfinite(score) or self._is_beaten_by_best(score):
            return False
        self.best = Best(
            step=self.step,
            metric=self.best_metric,
            score=score,
            measured_with=self.measured_with,
        )
        return True

    def _is_beaten_by_best(self, score):
        if self.best is None:
            return False
        if self.best.differing_keys(self.best_metric, self.measured_with or {}):
            return False
        return not self.best.is_beaten_by(score)
