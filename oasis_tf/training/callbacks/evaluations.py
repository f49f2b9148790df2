"""Evaluations, such as FID and mIoU, during training."""

import tensorflow as tf

from oasis_tf.evaluation import results
from oasis_tf.io.output_files import require_writable
from oasis_tf.io.step_table import StepTable
from oasis_tf.training.callbacks.steps import EveryNSteps
from oasis_tf.training.callbacks.tags import evaluation_tag


class Evaluations(EveryNSteps):
    """Evaluates the recalibrated EMA generator, as `oasis-tf evaluate` does.

    Args:
        path: the CSV file, one row per evaluation: step, and the numbers of each metric.
        results_path: the JSON file of all evaluations; tables and charts go to the same folder,
            see `results.write`.
        every, last_step: see `EveryNSteps`.
        evaluate: function(generator, function() -> discriminator, step=) -> evaluation, a dict of
            JSON's types.
        summary_writer: TensorBoard's; the tags are `score/evaluation/NAME`.
        recalibrated_ema: function() -> the recalibrated EMA generator.
    Attributes:
        latest_step: int or None, the last evaluated step.
        latest: dict of metric to float, of those measured that can choose the best checkpoint.
    """

    def __init__(
        self,
        path,
        results_path,
        *,
        every,
        evaluate,
        summary_writer,
        recalibrated_ema,
        last_step=None,
    ):
        super().__init__(every, last_step=last_step)
        self.path = path
        self.results_path = results_path
        self.evaluate = evaluate
        self.summary_writer = summary_writer
        self.recalibrated_ema = recalibrated_ema
        self.latest_step = None
        self.latest = {}

    def set_model(self, model):
        super().set_model(model)
        self.table = StepTable(self.path, last_step=self.step)
        self.evaluations = []
        way_out = "move it out of the run folder"
        require_writable(results.files_of(self.results_path), way_out=way_out)
        if self.results_path.exists():
            found = results.read(self.results_path)
            self.evaluations = [entry.as_json() for entry in found if entry.step <= self.step]

    def act(self):
        if any(int(row["step"]) == self.step for row in self.table.rows):
            return
        evaluation = self.evaluate(
            self.recalibrated_ema(), lambda: self.model.discriminator, step=self.step
        )
        (measured,) = results.validated([evaluation])
        numbers = measured.numbers()
        self.latest = measured.best_scores()
        self.latest_step = self.step
        self.evaluations.append(evaluation)
        results.write(self.results_path, self.evaluations)
        self.table.append({"step": self.step, **numbers})
        with self.summary_writer.as_default():
            for name, value in numbers.items():
                tf.summary.scalar(evaluation_tag(name), value, step=self.step)
        self.summary_writer.flush()
