"""What callbacks that score held-out data have in common."""

import tensorflow as tf

from oasis_tf.io.step_table import StepTable
from oasis_tf.training.callbacks.steps import EveryNSteps


class Scores(EveryNSteps):
    """Scores the recalibrated EMA generator and writes the numbers to a CSV file and TensorBoard.

    A step whose rows are in the file is not scored again.

    Args:
        path: the CSV file.
        every, last_step: see `EveryNSteps`.
        summary_writer: TensorBoard's.
        recalibrated_ema: function() -> the recalibrated EMA generator.
    Attributes:
        latest_step: int or None, the last scored step.
        latest: dict of name to float, the scores that can choose the best checkpoint.
    """

    def __init__(self, path, *, every, summary_writer, recalibrated_ema, last_step=None):
        super().__init__(every, last_step=last_step)
        self.path = path
        self.summary_writer = summary_writer
        self.recalibrated_ema = recalibrated_ema
        self.latest_step = None
        self.latest = {}

    def set_model(self, model):
        super().set_model(model)
        self.table = StepTable(self.path, last_step=self.step)

    def act(self):
        if any(int(row["step"]) == self.step for row in self.table.rows):
            return
        rows, self.latest, scalars = self.score()
        self.latest_step = self.step
        self.table.append(*rows)
        with self.summary_writer.as_default():
            for tag, value in scalars.items():
                tf.summary.scalar(tag, value, step=self.step)
        self.summary_writer.flush()

    def score(self):
        """Rows of the CSV file, `latest`, and a dict of TensorBoard's tags to numbers."""
        raise NotImplementedError
