"""Evaluations, such as FID and mIoU, during training."""

from oasis_tf.evaluation import results
from oasis_tf.io.output_files import require_writable
from oasis_tf.training.callbacks.scores import Scores
from oasis_tf.training.callbacks.tags import evaluation_tag


class Evaluations(Scores):
    """Evaluates the recalibrated EMA generator, as `python -m oasis_tf evaluate` does.

    Args:
        path: the CSV file, one row per evaluation: step, and the numbers of each metric.
        results_path: the JSON file of all evaluations; tables and charts go to the same folder,
            see `results.write`.
        evaluate: function(generator, function() -> discriminator, step=) -> evaluation, a dict of
            JSON's types.
        every, last_step, summary_writer, recalibrated_ema: see `Scores`; the tags are
            `score/evaluation/NAME`.
    Attributes:
        latest: dict of metric to float, of those measured that can choose the best checkpoint.
    """

    def __init__(
        self,
        path,
        results_path,
        *,
        evaluate,
        every,
        summary_writer,
        recalibrated_ema,
        last_step=None,
    ):
        super().__init__(
            path,
            every=every,
            summary_writer=summary_writer,
            recalibrated_ema=recalibrated_ema,
            last_step=last_step,
        )
        self.results_path = results_path
        self.evaluate = evaluate

    def set_model(self, model):
        super().set_model(model)
        self.evaluations = []
        remedy = "move it out of the run folder"
        require_writable(results.files_of(self.results_path), remedy=remedy)
        if self.results_path.exists():
            found = results.read(self.results_path)
            self.evaluations = [entry.as_json() for entry in found if entry.step <= self.step]

    def score(self):
        evaluation = self.evaluate(
            self.recalibrated_ema(), lambda: self.model.discriminator, step=self.step
        )
        (measured,) = results.validated([evaluation])
        numbers = measured.numbers()
        self.evaluations.append(evaluation)
        results.write(self.results_path, self.evaluations)
        row = {"step": self.step, **numbers}
        return [row], measured.best_scores(), {evaluation_tag(k): v for k, v in numbers.items()}
