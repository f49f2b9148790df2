"""A training run in its folder, from the config to the last checkpoint."""

from contextlib import ExitStack, nullcontext, suppress
from functools import partial

from oasis_tf.config import flatten, load_config
from oasis_tf.config.resume import CHANGE_IMAGES
from oasis_tf.data.validate import reading
from oasis_tf.io import progress
from oasis_tf.models.build import build_model
from oasis_tf.optimizers.schedule import linear_factor
from oasis_tf.report import require_writable_report, write_report
from oasis_tf.runs import checkpoint, checkpoint_files, data_record
from oasis_tf.runs.folder import CONFIG, RunError
from oasis_tf.runs.full_disk import full_disk_errors
from oasis_tf.runs.lock import locked
from oasis_tf.runtime.devices import working_together
from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.training.callbacks import (
    AdaptiveAugmentation,
    LearningRates,
    ProfileSteps,
    RequireFolder,
    ResumedEpoch,
    StopOnDivergence,
    StopOnRequest,
    Stopped,
)
from oasis_tf.training.data import RunData
from oasis_tf.training.run_reports import RunReports
from oasis_tf.training.tensorboard import mark_start

AFTER_A_KILL = (
    "The same command with --resume goes on from the last checkpoint, or begins again without one."
)


class TrainingRun:
    """Trains one experiment in one folder, from its start or from its newest checkpoint.

    Nothing is written before `fit`, which fills a cache of the data first.

    Args:
        config: `Config`.
        folder: `RunFolder`.
        resume: bool, resume the run in `folder`, or start it if it has no checkpoint; otherwise
            the folder must be new.
        devices: `Devices`; only the first worker writes.
        lock: `RunLock` of the folder, held by the first worker from before the constructor, which
            reads the folder, until `fit` returns. None: `fit` locks the folder itself.
    Attributes:
        resumed_from: path of the checkpoint from which the run resumes, or None.
        damaged: dict of path to damage, of newer checkpoints.
        stopped_by: int or None, the signal that ended `fit`.
        lost_output: `StandardOutputError` or None, that ended `fit`.
    Raises: RunError, DataError, CheckpointError, DevicesError.
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
        if folder.has_checkpoints:
            self.resumed_from, self.damaged = folder.newest_intact()
        self.data = RunData(config)
        self.config = config.with_classes(
            class_names=self.data.class_names, palette=self.data.palette
        )
        if self.resumed_from:
            folder.require_same_run(self.config, self.resumed_from)
            self._require_effect()
        with working_together(), devices.strategy.scope():
            self.model = build_model(self.config)
        if self.resumed_from:
            checkpoint.restore(self.model, self.resumed_from)
        with working_together():
            devices.require_agreement(
                self.step, f"the workers do not see the same checkpoints in {folder.path}"
            )
        self._require_whole_executions()

    def _require_effect(self):
        """RunError if a key differs that only new checkpoints take, and no steps are left."""
        if checkpoint_files.step_of(self.resumed_from) < self.total_steps:
            return
        before, now = flatten(load_config(self.resumed_from / CONFIG)), flatten(self.config)
        for key in sorted(CHANGE_IMAGES & now.keys()):
            if before[key] != now[key]:
                raise RunError(
                    f"{self.folder.path} is trained to its end, and only new checkpoints take "
                    f"{key} {now[key]} for {before[key]}; train on, with training.epochs above "
                    f"{self.config.training.epochs}"
                )

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
        """Trains to the end or until a signal, and saves.

        Args:
            show_progress: bool, whether to print a `ProgressLine`.
            profile: (first, last) step to profile, counted from 1; or None.
        Returns: bool, whether training reached the end.
        Raises: RunError if the steps to profile are not among those of training;
            RunFolderGoneError.
        """
        self._check_profile(profile)
        if self.config.data.cache:
            self.data.cache()
        watch = StopOnDivergence(
            self.folder.checkpoints, explosion_limit=self.config.training.explosion_limit
        )
        with StopRequest(advice=AFTER_A_KILL) as request:
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
        """Trains and writes to the folder."""
        held = nullcontext(self.lock) if self.lock else locked(self.folder.lock)
        with held as lock, lock.explaining(), full_disk_errors(self.folder):
            lock.require_in_place()
            self._prepare_folder()
            reports = RunReports(self, is_suspicious=lambda: watch.suspicious)
            checkpoints = reports.checkpoints
            callbacks = [RequireFolder(lock), watch, *self._profiler(profile)]
            callbacks += reports.before_checkpoints
            first_step = self.step
            with ExitStack() as at_the_end:
                if show_progress:
                    line = reports.progress_line(stop.request)
                    callbacks.append(line)
                    at_the_end.callback(line.close)
                self._fit([*callbacks, checkpoints, stop])
            lock.require_in_place()
            is_unsaved = stop.request.is_asked and not watch.suspicious
            if self.step > 0 and (is_unsaved or self.step == first_step):
                checkpoints.set_model(self.model)
                checkpoints.act()  # also removes temporary folders of a killed run
            write_report(self.folder)

    def _fit(self, callbacks):
        on_every_worker = [*self._learning_rates(), *self._adaptive_augmentation()]
        with reading(self.data.source), working_together(), suppress(Stopped):
            for spans, more_callbacks in self._fit_arguments():
                self.model.fit(
                    self._distributed_batches(),
                    callbacks=[*on_every_worker, *callbacks, *more_callbacks],
                    verbose=0,
                    shuffle=False,
                    **spans,
                )

    def _learning_rates(self):
        """The callback, on every worker; none for constant rates."""
        training = self.config.training
        if training.learning_rate_schedule == "constant":
            return []
        rates = {
            "generator": training.generator_learning_rate,
            "discriminator": training.discriminator_learning_rate,
        }
        lengths = {"constant_epochs": training.constant_epochs, "epochs": training.epochs}
        return [LearningRates(rates, partial(linear_factor, **lengths))]

    def _adaptive_augmentation(self):
        """The callback, on every worker; none for a constant probability."""
        augment = self.config.training.discriminator_augment
        if augment.target is None:
            return []
        return [
            AdaptiveAugmentation(
                *self.data.measured_pairs(),
                every=augment.measure_every,
                any_worker=self.devices.any_worker,
            )
        ]

    def _prepare_folder(self):
        """Brings the files of the folder to the step from which training starts."""
        require_writable_report(self.folder)  # before training, not after weeks
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

    def _fit_arguments(self):
        """Arguments and callbacks of `fit`, for the rest of a started epoch and for the others."""
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
        """Raises: RunError unless an epoch, and the rest of a started one, are whole executions."""
        length, epoch = self.config.training.steps_per_execution, self.steps_per_epoch
        for steps in (epoch, epoch - self.step % epoch):
            if steps % length:
                raise RunError(
                    f"training.steps_per_execution is {length}, which does not divide the {steps} "
                    "steps to the end of an epoch"
                )

    def _distributed_batches(self):
        """The batches from this step on; every worker reads its own rows."""
        return self.devices.distribute(partial(self.data.batches, start_step=self.step))

    def _profiler(self, profile):
        if profile is None:
            return []
        first, last = profile
        return [ProfileSteps(self.folder.tensorboard, first=first, last=last)]

    def _check_profile(self, profile):
        if profile is not None and not self.step < profile[0] <= profile[1] <= self.total_steps:
            raise RunError(
                f"steps {profile[0]} to {profile[1]} cannot be profiled: training goes from step "
                f"{self.step + 1} to {self.total_steps}"
            )
