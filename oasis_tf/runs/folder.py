"""The folder of one training run: paths of its files, and checks before a verb uses it."""

import os
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.config import ConfigError, differing_keys, load_config
from oasis_tf.io import progress
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.step_table import read_rows
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.which_checkpoint import Checkpoint, Checkpoints

# The files of a checkpoint. A verb verifies those that it reads.
TRAINING_STATE = "training.npz"
GENERATOR = "generator.keras"
CONFIG = "config.yaml"
CHECKPOINT_FILES = (TRAINING_STATE, GENERATOR, CONFIG)
LOCK = "train.lock"


class RunError(ValueError):
    """Error for a run folder that cannot be used as asked."""


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, all below `path`."""

    path: Path

    @property
    def config(self):
        return self.path / "config.yaml"

    @property
    def checkpoints(self):
        return self.path / "checkpoints"

    @property
    def samples(self):
        return self.path / "samples"

    @property
    def tensorboard(self):
        return self.path / "tensorboard"

    @property
    def metrics(self):
        return self.path / "metrics.csv"

    @property
    def held_out_scores(self):
        return self.path / "held_out.csv"

    @property
    def evaluation_scores(self):
        return self.path / "evaluation.csv"

    @property
    def results(self):
        return self.path / "evaluation" / "results.json"

    @property
    def training_results(self):
        return self.path / "evaluation" / "training.json"

    def direction_files(self):
        """Paths of the run's directions: `explore direction --out RUN/directions/NAME` writes one.

        Returns: sorted list of direction.json.
        """
        return sorted(self.path.glob("directions/*/direction.json"))

    @property
    def report(self):
        return self.path / "report.html"

    @property
    def lock(self):
        return self.path / LOCK

    @property
    def has_checkpoints(self):
        """Whether there are checkpoints, intact or damaged."""
        return bool(checkpoint_files.all_checkpoints(self.checkpoints))

    def require_new(self):
        """Raises: RunError unless the folder is missing or empty."""
        self._require_no_dangling_link()
        if self._is_empty():
            return
        if self.has_checkpoints:
            remedy = "exists already; go on with that run by --resume"
        elif self.lock.exists():
            remedy = "holds no checkpoint; begin again there by --resume"
        else:
            remedy = "holds no run; delete it"
        raise RunError(f"{self.path} {remedy}, or name another folder with --run-dir")

    def require_config(self):
        """Raises: RunError if the folder has no config."""
        self._require_folder()
        if not self.config.is_file():
            raise RunError(f"{self.path} is no run folder: it has no {self.config.name}")

    def require_resumable(self):
        """Raises: RunError if `--resume` can neither resume nor start here.

        It starts in an empty folder, and in one whose run ended before its first checkpoint. It
        does not start if the run's tables show that there were checkpoints: starting deletes
        these tables.
        """
        self._require_no_dangling_link()
        if self.has_checkpoints:
            return
        if not (self._is_empty() or self.lock.exists()):
            raise RunError(f"{self.path} holds no run; name another folder with --run-dir")
        self._require_no_lost_checkpoints()

    def require_any_checkpoint(self, *, remedy=""):
        """Raises: RunError without checkpoints; its message ends with `remedy`."""
        self._require_folder()
        self._require_no_dangling_link()
        if not self.has_checkpoints:
            raise RunError(f"there is no checkpoint in {self.checkpoints}{remedy}")

    def require_checkpoint(self, which=Checkpoint.LATEST, *, files=(GENERATOR,)):
        """Returns the path of the latest intact checkpoint, or of the best one.

        Prints the names of newer, damaged ones to stderr.

        Args:
            which: `Checkpoint` or its value.
            files: names of the files to verify.
        Raises: RunError without such a checkpoint; CheckpointError without permission to read it.
        """
        self.require_any_checkpoint()
        if TRAINING_STATE in files:
            self._require_training_state()
        if which == Checkpoint.BEST:
            return self._require_best(files)
        intact, damaged = checkpoint_files.newest_intact(self.checkpoints, names=(CONFIG, *files))
        if intact is None:
            raise self._none_intact(damaged)
        _print_skipped(damaged, f"; {intact} is used")
        return intact

    def require_checkpoints(self, which, *, files=(GENERATOR,)):
        """Returns a list of all intact checkpoints, the oldest first, or of one.

        Args:
            which: `Checkpoints` or its value. files: see `require_checkpoint`.
        Raises: as `require_checkpoint`.
        """
        if which != Checkpoints.ALL:
            return [self.require_checkpoint(which, files=files)]
        self.require_any_checkpoint()
        intact, damaged = [], {}
        for path in checkpoint_files.all_checkpoints(self.checkpoints):
            if found := checkpoint_files.damage_of(path, names=(CONFIG, *files)):
                damaged[path] = found
            else:
                intact.append(path)
        if not intact:
            raise self._none_intact(damaged)
        _print_skipped(damaged)
        return intact

    def _require_best(self, files):
        """The checkpoint that the newest valid `state.json` records as the best."""
        state, damaged = checkpoint_files.newest_state(self.checkpoints)
        if state is None:
            raise self._none_intact(damaged)
        _print_skipped(damaged)
        if state.best is None:
            raise RunError(
                f"no checkpoint in {self.checkpoints} is the best: nothing was scored yet by "
                "training.best_metric; use --checkpoint latest"
            )
        best = checkpoint_files.path_of(self.checkpoints, state.best.step)
        if damage := checkpoint_files.damage_of(best, names=(CONFIG, *files)):
            raise RunError(f"the best checkpoint {_named({best: damage})}; use --checkpoint latest")
        return best

    def _require_training_state(self):
        state, _ = checkpoint_files.newest_state(self.checkpoints)
        if state and GENERATOR in state.files and TRAINING_STATE not in state.files:
            raise RunError(
                f"{self.path} was published with its generator only, without {TRAINING_STATE}: the "
                "discriminator and the optimizers. Nothing can be trained from it, and its weights "
                "are not exported; name the folder of the training"
            )

    def _none_intact(self, damaged):
        reason = _named(damaged) or "all were removed a moment ago"
        return RunError(f"there is no checkpoint in {self.checkpoints} that is intact: {reason}")

    def newest_intact(self):
        """Finds the newest intact checkpoint.

        Returns: its path, and dict of path to the damage of the newer ones.
        Raises: CheckpointError if there is none; RunError for a run without its training state.
        """
        self._require_training_state()
        intact, damaged = checkpoint_files.newest_intact(self.checkpoints, names=CHECKPOINT_FILES)
        if intact is None:
            raise checkpoint_files.CheckpointError(
                f"no checkpoint in {self.checkpoints} can be read: {_named(damaged)}"
            )
        return intact, damaged

    def require_same_run(self, config, trained):
        """Raises: RunError, naming the keys, if `config` has another network, data or training.

        Args:
            trained: path of a checkpoint, whose config cannot have been edited.
        """
        keys = differing_keys(load_config(trained / self.config.name), config)
        if keys:
            raise RunError(
                f"{self.path} was trained with another configuration and cannot be resumed with "
                f"this one; they differ in {', '.join(keys)} (see {trained / self.config.name})"
            )

    def remove_reports(self):
        """Removes the reports of a run that ended before its first checkpoint."""
        reports = [
            self.metrics,
            self.held_out_scores,
            self.evaluation_scores,
            self.training_results,
            *self.samples.glob("step_*.png"),
            *self.tensorboard.glob("events.out.tfevents.*"),
        ]
        for report in reports:
            report.unlink(missing_ok=True)

    def save_config(self, config):
        """Writes the config atomically. Creates the folder if it is missing."""
        self.path.mkdir(parents=True, exist_ok=True)
        with whole_file(self.config) as temporary:
            config.save(temporary)

    def _require_folder(self):
        if not self.path.is_dir():
            raise RunError(f"{self.path}: there is no such run folder")

    def _require_no_dangling_link(self):
        for path in (self.checkpoints, self.path, *self.path.parents):
            if path.is_symlink() and not path.exists():
                raise RunError(
                    f"{path} is a link to {os.readlink(path)}, which does not exist; make that "
                    "folder, or name another one with --run-dir"
                )

    def _require_no_lost_checkpoints(self):
        """Raises: RunError if checkpoints of the run are missing, as on a disk that is not mounted.

        An interrupted first write leaves a temporary folder, a failed one no folder.
        """
        if self.checkpoints.is_dir() and os.listdir(self.checkpoints):
            return
        tables = (self.metrics, self.held_out_scores, self.evaluation_scores)
        reached = {table: int(rows[-1]["step"]) for table in tables if (rows := read_rows(table))}
        last_step = max(reached.values(), default=0)
        if last_step and (self.checkpoints.is_dir() or last_step > self._first_checkpoint()):
            raise RunError(
                f"{self.path} holds the curves of {last_step:,} steps, but {self.checkpoints} "
                "holds no checkpoint; if that lies on another disk, mount it; to begin anew, "
                f"delete {' and '.join(table.name for table in reached)} there, or name another "
                "folder with --run-dir"
            )

    def _first_checkpoint(self):
        """The step of the run's first checkpoint; 0 if its config cannot be read."""
        try:
            return load_config(self.config).training.checkpoint_every
        except ConfigError:
            return 0

    def _is_empty(self):
        """Whether the folder is missing, or holds nothing but a lock file."""
        if not self.path.exists():
            return True
        return self.path.is_dir() and not set(os.listdir(self.path)) - {LOCK}


def _named(damaged):
    return "; ".join(f"{path} is damaged ({', '.join(found)})" for path, found in damaged.items())


def _print_skipped(damaged, instead=""):
    for path, found in damaged.items():
        progress.say(f"{_named({path: found})} and is passed over{instead}.")
