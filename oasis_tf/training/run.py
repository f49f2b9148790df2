"""A whole training run in its folder: from the config to the last checkpoint."""

from contextlib import ExitStack, nullcontext, suppress
from functools import partial

import numpy as np
import tensorflow as tf

from oasis_tf.config import flatten
from oasis_tf.config.metrics import best_metrics
from oasis_tf.data.validate import reading
from oasis_tf.evaluation.run_evaluator import RunEvaluator
from oasis_tf.io import progress
from oasis_tf.models.build import build_model
from oasis_tf.report import require_writable_report, write_report
from oasis_tf.runs import checkpoint, checkpoint_files, data_record
from oasis_tf.runs.folder import RunError
from oasis_tf.runs.full_disk import naming_a_full_disk
from oasis_tf.runs.lock import locked
from oasis_tf.runtime import noise
from oasis_tf.runtime.devices import Devices, working_together
from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.training.best_metric import best_so_far, measured_with
from oasis_tf.training.callbacks import (
    Checkpoints,
    Evaluations,
    HeldOutScores,
    MetricsLog,
    ProfileSteps,
    ProgressLine,
    RecalibratedEMA,
    RequireFolder,
    ResumedEpoch,
    SampleSheets,
    StopOnDivergence,
    StopOnRequest,
    Stopped,
    TrainingStatistics,
    write_hyper_parameters,
)
from oasis_tf.training.data import RunData
from oasis_tf.training.tensorboard import mark_start
from oasis_tf.visualization import sheet


class TrainingRun:
    """Trains one experiment in one folder, from its start or from its newest checkpoint.

    Nothing is written before `fit`; a cache of the data is filled there first.

    Args:
        config: `Config`.
        folder: `RunFolder`.
        resume: bool, go on with the run in `folder`, or begin it if it never came to a
            checkpoint; else the folder must be new.
        devices: `Devices`; the first worker writes, the others train along.
        lock: `RunLock` of the folder, which the first worker holds before this is made, for what
            lies in the folder decides, until `fit` has returned. None: only `fit` holds it.
    Attributes:
        resumed_from: path of the checkpoint it goes on from, or None.
        damaged: dict of path to what is damaged of it, the checkpoints passed over for it.
        stopped_by: int or None, the signal that ended `fit`.
        lost_output: `StandardOutputError` or None, that stdout took no more and ended `fit`.
    Raises: RunError, DataError, CheckpointError, DevicesError; each a sentence.
    """

    def __init__(self, *, config, folder, resume, devices, lock=None):
        if devices.is_chief:
            folder.require_resumable() if resume else folder.require_new()
        devices.require_fit(config.training)
        self.folder = folder
        self.devices = devices
        self.lock = lock
        self.stopped_by, self.lost_output = None, None
        self.resumed_from, self.damaged = None, {}
        if folder.is_begun:
            self.resumed_from, self.damaged = folder.newest_intact()
        self.data = RunData(config)
        self.config = config.with_classes(
            class_names=self.data.class_names, palette=self.data.palette
        )
        if self.resumed_from:
            folder.require_same_run(self.config, self.resumed_from)
        with working_together(), devices.strategy.scope():
            self.model = build_model(self.config)
        if self.resumed_from:
            checkpoint.restore(self.model, self.resumed_from)
        with working_together():
            devices.require_agreement(
                self.step, f"the workers do not see the same checkpoints in {folder.path}"
            )
        self._require_whole_executions()

    @property
    def step(self):
        return int(self.model.step.numpy())

    @property
    def steps_per_epoch(self):
        training = self.config.training
        return training.steps_per_epoch or max(1, len(self.data.source) // training.batch_size)

    @property
    def total_steps(self):
        return self.config.training.epochs * self.steps_per_epoch

    def fit(self, *, show_progress=True, profile=None):
        """Trains to the end, or until a signal comes, and saves.

        Args:
            show_progress: bool, whether to print how far it is, see `ProgressLine`.
            profile: (first, last) step to be profiled, counted from 1; or None.
        Returns: bool, whether the end was reached.
        Raises: RunError if training does not come through these steps; RunFolderGoneError.
        """
        self._check_profile(profile)
        if self.config.data.cache:
            self.data.cache()
        watch = StopOnDivergence(
            self.folder.checkpoints, explosion_limit=self.config.training.explosion_limit
        )
        with StopRequest() as request:
            stop = StopOnRequest(request, any_worker=self.devices.any_worker)
            if self.devices.is_chief:
                self._fit_and_write(watch, stop, show_progress=show_progress, profile=profile)
            else:
                self._fit([watch, stop])
            with working_together():
                self.devices.wait_for_all()  # Slurm may end all when the first one ends
            self.stopped_by, self.lost_output = request.number, request.lost_output
        return self.step >= self.total_steps

    def _fit_and_write(self, watch, stop, *, show_progress, profile):
        """Trains, and puts into the folder what there is to say."""
        held = nullcontext(self.lock) if self.lock else locked(self.folder.lock)
        with held as lock, lock.explaining(), naming_a_full_disk(self.folder):
            lock.require_in_place()
            self._prepare_folder()
            *reports, checkpoints = self._reports(watch)
            progress = self._progress(reports, stop.request) if show_progress else []
            reports = [*self._profiler(profile), *reports, *progress]
            callbacks = [RequireFolder(lock), watch, *reports, checkpoints, stop]
            first_step = self.step
            with ExitStack() as at_the_end:
                for line in progress:
                    at_the_end.callback(line.close)
                self._fit(callbacks)
            lock.require_in_place()
            is_unsaved = stop.request.is_asked and not watch.suspicious
            if self.step > 0 and (is_unsaved or self.step == first_step):
                checkpoints.set_model(self.model)
                checkpoints.act()  # also tidies up where a run was killed after its last one
            write_report(self.folder)

    def _fit(self, callbacks):
        with reading(self.data.source), working_together(), suppress(Stopped):
            for spans, more_callbacks in self._fit_arguments():
                self.model.fit(
                    self._distributed_batches(),
                    callbacks=[*callbacks, *more_callbacks],
                    verbose=0,
                    shuffle=False,
                    **spans,
                )

    def _prepare_folder(self):
        """Leaves in it what was true at the step that training starts from."""
        require_writable_report(self.folder)  # rather now than after weeks
        for path in self.damaged:
            checkpoint_files.set_aside(path)
        sources = {"train": self.data.source, "val": self.data.held_out}
        if self.resumed_from is None:
            self.folder.remove_reports()
        else:
            for sentence in data_record.what_changed(self.folder.path, sources):
                progress.say(sentence)
        data_record.record(self.folder.path, sources)
        self.folder.save_config(self.config)
        self.folder.tensorboard.mkdir(exist_ok=True)
        mark_start(self.folder.tensorboard, step=self.step)

    def _reports(self, watch):
        """In the order of their calls: what a checkpoint vouches for is written before it."""
        writer = tf.summary.create_file_writer(str(self.folder.tensorboard))
        write_hyper_parameters(writer, flatten(self.config))
        recalibrated_ema = RecalibratedEMA(self.model, recalibrated=self.data.recalibrated)
        metrics = MetricsLog(
            self.folder.metrics, steps_per_epoch=self.steps_per_epoch, summary_writer=writer
        )
        scores = self._held_out_scores(recalibrated_ema, writer)
        samples = self._sample_sheets(recalibrated_ema, writer)
        evaluations = self._evaluations(recalibrated_ema, writer)
        is_evaluated = self.config.training.best_metric in best_metrics()
        best_by = evaluations[0] if is_evaluated else scores
        checkpoints = self._checkpoints(recalibrated_ema, best_by, watch)
        return (
            metrics,
            self._training_statistics(writer),
            scores,
            samples,
            *evaluations,
            checkpoints,
        )

    def _fit_arguments(self):
        """Arguments of `fit`, and callbacks, for the rest of an epoch that was begun; then for
        the others."""
        epoch, done = divmod(self.step, self.steps_per_epoch)
        if done and self.step < self.total_steps:
            rest = self.steps_per_epoch - done
            variables = [v for metric in self.model.all_metrics() for v in metric.variables]
            resumed = ResumedEpoch(variables)
            yield {"initial_epoch": epoch, "epochs": epoch + 1, "steps_per_epoch": rest}, [resumed]
            epoch += 1
        if epoch < self.config.training.epochs:
            epochs = {"initial_epoch": epoch, "epochs": self.config.training.epochs}
            yield epochs | {"steps_per_epoch": self.steps_per_epoch}, []

    def _require_whole_executions(self):
        """RunError unless an epoch, and the rest of one that was begun, are so many executions."""
        length, epoch = self.config.training.steps_per_execution, self.steps_per_epoch
        for steps in (epoch, epoch - self.step % epoch):
            if steps % length:
                raise RunError(
                    f"training.steps_per_execution is {length}, which does not divide the {steps} "
                    "steps to the end of an epoch"
                )

    def _distributed_batches(self):
        """The batches from here on, of which every worker reads its own rows."""
        return self.devices.distribute(partial(self.data.batches, start_step=self.step))

    def _checkpoints(self, recalibrated_ema, scores, watch):
        training, metric = self.config.training, self.config.training.best_metric
        return Checkpoints(
            self.folder.checkpoints,
            every=training.checkpoint_every,
            last_step=self.total_steps,
            keep_last=training.keep_last,
            config=self.config,
            recalibrated_ema=recalibrated_ema,
            scores=scores,
            best_metric=metric,
            measured_with=measured_with(self.config, metric),
            best=self.resumed_from and best_so_far(self.resumed_from, self.config),
            is_suspicious=lambda: watch.suspicious,
        )

    def _training_statistics(self, summary_writer):
        return TrainingStatistics(
            steps_per_epoch=self.steps_per_epoch,
            batch_size=self.config.training.batch_size,
            class_names=self.data.class_names,
            summary_writer=summary_writer,
        )

    def _check_profile(self, profile):
        if profile is not None and not self.step < profile[0] <= profile[1] <= self.total_steps:
            raise RunError(
                f"steps {profile[0]} to {profile[1]} cannot be profiled: training goes from step "
                f"{self.step + 1} to {self.total_steps}"
            )

    def _profiler(self, profile):
        if profile is None:
            return []
        first, last = profile
        return [ProfileSteps(self.folder.tensorboard, first=first, last=last)]

    def _progress(self, reports, request):
        """List of the callback."""
        (samples,) = (report for report in reports if isinstance(report, SampleSheets))
        line = ProgressLine(
            total_steps=self.total_steps,
            steps_per_epoch=self.steps_per_epoch,
            images_per_step=self.config.training.batch_size,
            losses={
                "G": _main_losses(self.model.generator_losses),
                "D": _main_losses(self.model.discriminator_losses),
            },
            newest=samples.newest,
            on_lost_output=request.lose_output,
        )
        return [line]

    def _held_out_scores(self, recalibrated_ema, summary_writer):
        return HeldOutScores(
            self.folder.held_out_scores,
            every=self.config.training.score_every,
            last_step=self.total_steps,
            batches=self.data.held_out_batches,
            class_names=self.data.class_names,
            summary_writer=summary_writer,
            recalibrated_ema=recalibrated_ema,
        )

    def _evaluations(self, recalibrated_ema, summary_writer):
        """List of the callback, empty if nothing is to be evaluated."""
        every = self.config.training.evaluate_every
        if every is None:
            return []
        evaluator = RunEvaluator(
            self.config,
            self.data.held_out,
            class_names=self.data.class_names,
            devices=Devices(tf.distribute.get_strategy(), "one device"),
            batch_size=self.config.training.batch_size,
        )
        best_metric = self.config.training.best_metric
        if best_metric in best_metrics():
            evaluator.require_best_metric(best_metric)
        callback = Evaluations(
            self.folder.evaluation_scores,
            self.folder.training_results,
            every=every,
            last_step=self.total_steps,
            evaluate=partial(self._evaluate, evaluator),
            summary_writer=summary_writer,
            recalibrated_ema=recalibrated_ema,
        )
        return [callback]

    def _evaluate(self, evaluator, *networks, step):
        with reading(self.data.held_out):
            evaluation = evaluator.evaluate(*networks, step=step)
        return {"run": str(self.folder.path), **evaluation}

    def _sample_sheets(self, recalibrated_ema, summary_writer):
        real, label_map = self.data.held_out_samples()
        z_dim = self.config.generator.z_dim
        return SampleSheets(
            self.folder.samples,
            every=self.config.training.sample_every,
            last_step=self.total_steps,
            summary_writer=summary_writer,
            real=sheet.to_uint8(real),
            label_map=label_map,
            z=noise.seeded_noise(np.arange(len(real)), z_dim) if z_dim else None,
            class_names=self.data.class_names,
            palette=self.data.palette,
            recalibrated_ema=recalibrated_ema,
        )


def _main_losses(losses):
    """Names of the losses that a test step computes too: without LabelMix and VGG's."""
    return [loss.name for loss in losses if not loss.only_in_training]
