"""When checkpoints of a run are written, and which one is the best."""

import errno
import math
import os
from pathlib import Path

from oasis_tf.runs import checkpoint
from oasis_tf.runs.checkpoint_files import Best
from oasis_tf.training.callbacks.steps import EveryNSteps


class Checkpoints(EveryNSteps):
    """Writes checkpoints of the run, see `run_checkpoint`.

    Stands after all reports: a checkpoint means that what they say up to its step is on disk.

    Args:
        folder: where the checkpoints of the run lie.
        every, last_step: see `EveryNSteps`.
        keep_last: int, how many of them stay.
        config: `Config` of the run.
        recalibrated_ema: function() -> the recalibrated EMA generator.
        scores: `HeldOutScores`, `Evaluations` or None. A step that scores best is saved too, and
            stays.
        best_metric: str, a key of `scores.latest`.
        measured_with: dict, all that `best_metric` reads of the config.
        best: `checkpoint.Best` of the run so far, or None. If it was measured otherwise, it stays
            the best until the next score.
        is_suspicious: function() -> bool, whether training looks as if it diverged: then a
            checkpoint that is due waits.
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
        """Whether this step was scored, and better than all before it."""
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
