"""The callbacks that write to the folder of a run."""

from functools import partial

import numpy as np
import tensorflow as tf

from oasis_tf.config import flatten
from oasis_tf.config.metrics import best_metrics
from oasis_tf.data.validate import reading
from oasis_tf.evaluation.run_evaluator import RunEvaluator
from oasis_tf.models import OASIS
from oasis_tf.runtime import noise
from oasis_tf.runtime.devices import Devices
from oasis_tf.training.best_metric import best_so_far, measured_with
from oasis_tf.training.callbacks import (
    Checkpoints,
    Evaluations,
    HeldOutScores,
    MetricsLog,
    ProgressLine,
    RecalibratedEMA,
    SampleSheets,
    TrainingStatistics,
    write_hyper_parameters,
)
from oasis_tf.visualization import sheet


class RunReports:
    """Makes the callbacks that write to the folder of a run.

    Args:
        run: `TrainingRun`.
        is_suspicious: function() -> bool, see `Checkpoints`.
    Attributes:
        before_checkpoints: list of callbacks in the order of their calls. `checkpoints` must come
            after them: once a checkpoint exists, the reports up to its step are on disk.
        checkpoints: `Checkpoints`.
    Raises: what `RunEvaluator.require_best_metric` raises.
    """

    def __init__(self, run, *, is_suspicious):
        self.run, self.config, self.folder, self.data = run, run.config, run.folder, run.data
        self.writer = tf.summary.create_file_writer(str(self.folder.tensorboard))
        write_hyper_parameters(self.writer, flatten(self.config))
        self.recalibrated_ema = RecalibratedEMA(run.model, recalibrated=self.data.recalibrated)
        scores, evaluations = self._held_out_scores(), self._evaluations()
        self.samples = self._sample_sheets()
        self.before_checkpoints = [
            self._metrics_log(),
            self._training_statistics(),
            *([scores] if scores else ()),
            self.samples,
            *evaluations,
        ]
        is_evaluated = self.config.training.best_metric in best_metrics()
        self.checkpoints = self._checkpoints(
            evaluations[0] if is_evaluated else scores, is_suspicious
        )

    def progress_line(self, request):
        """`ProgressLine`; `request` is the `StopRequest` that a closed stdout makes."""
        model = self.run.model
        return ProgressLine(
            total_steps=self.run.total_steps,
            steps_per_epoch=self.run.steps_per_epoch,
            images_per_step=self.config.training.batch_size,
            losses={
                "G": main_losses(model.generator_losses),
                "D": main_losses(model.discriminator_losses),
            },
            newest=self.samples.newest,
            on_lost_output=request.lose_output,
        )

    def _metrics_log(self):
        return MetricsLog(
            self.folder.metrics,
            steps_per_epoch=self.run.steps_per_epoch,
            summary_writer=self.writer,
            log_learning_rates=self.config.training.learning_rate_schedule != "constant",
        )

    def _training_statistics(self):
        return TrainingStatistics(
            steps_per_epoch=self.run.steps_per_epoch,
            batch_size=self.config.training.batch_size,
            class_names=self.data.class_names,
            summary_writer=self.writer,
        )

    def _held_out_scores(self):
        """The callback; None where the discriminator does not segment."""
        if not isinstance(self.run.model, OASIS):
            return None
        return HeldOutScores(
            self.folder.held_out_scores,
            every=self.config.training.score_every,
            last_step=self.run.total_steps,
            batches=self.data.held_out_batches,
            class_names=self.data.class_names,
            summary_writer=self.writer,
            recalibrated_ema=self.recalibrated_ema,
        )

    def _sample_sheets(self):
        real, label_map = self.data.held_out_samples()
        z_dim = self.run.model.generator.z_dim
        return SampleSheets(
            self.folder.samples,
            every=self.config.training.sample_every,
            last_step=self.run.total_steps,
            summary_writer=self.writer,
            real=sheet.to_uint8(real),
            label_map=label_map,
            z=noise.seeded_noise(np.arange(len(real)), z_dim) if z_dim else None,
            class_names=self.data.class_names,
            palette=self.data.palette,
            recalibrated_ema=self.recalibrated_ema,
        )

    def _evaluations(self):
        """List of the callback; empty without `training.evaluate_every`."""
        training = self.config.training
        if training.evaluate_every is None:
            return []
        evaluator = RunEvaluator(
            self.config,
            self.data.held_out,
            class_names=self.data.class_names,
            devices=Devices(tf.distribute.get_strategy(), "one device"),
            batch_size=training.batch_size,
        )
        if training.best_metric in best_metrics():
            evaluator.require_best_metric(training.best_metric)
        callback = Evaluations(
            self.folder.evaluation_scores,
            self.folder.training_results,
            every=training.evaluate_every,
            last_step=self.run.total_steps,
            evaluate=partial(self._evaluate, evaluator),
            summary_writer=self.writer,
            recalibrated_ema=self.recalibrated_ema,
        )
        return [callback]

    def _evaluate(self, evaluator, *networks, step):
        with reading(self.data.held_out):
            evaluation = evaluator.evaluate(*networks, step=step)
        return {"run": str(self.folder.path), **evaluation}

    def _checkpoints(self, scores, is_suspicious):
        training, resumed_from = self.config.training, self.run.resumed_from
        return Checkpoints(
            self.folder.checkpoints,
            every=training.checkpoint_every,
            last_step=self.run.total_steps,
            keep_last=training.keep_last,
            config=self.config,
            recalibrated_ema=self.recalibrated_ema,
            scores=scores,
            best_metric=training.best_metric,
            measured_with=measured_with(self.config, training.best_metric),
            best=resumed_from and best_so_far(resumed_from, self.config),
            is_suspicious=is_suspicious,
        )


def main_losses(losses) -> list[str]:
    """Names of the losses that `evaluate` computes too, so not LabelMix and the VGG loss."""
    return [loss.name for loss in losses if not loss.only_in_training]
