"""The folder of one training run: what lies where, and when it may be written to."""

from dataclasses import dataclass
from pathlib import Path

from oasis_tf import checkpoint
from oasis_tf.config import differing_keys, load_config
from oasis_tf.whole_file import whole_file


class RunError(ValueError):
    """A run folder that cannot be used as asked, in a sentence."""


@dataclass(frozen=True)
class RunFolder:
    """One run, everything below `path`."""

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

    @property
    def report(self):
        return self.path / "report.html"

    @property
    def lock(self):
        return self.path / "train.lock"

    @property
    def is_begun(self):
        """Whether there are checkpoints, readable or not."""
        return any(self.checkpoints.glob("step_*"))

    def require_new(self):
        """RunError if there is something already."""
        if self._is_empty():
            return
        if self.is_begun:
            way_out = "exists already; go on with that run by --resume"
        elif self.lock.exists():
            way_out = "holds no checkpoint; begin again there by --resume"
        else:
            way_out = "holds no run; delete it"
        raise RunError(f"{self.path} {way_out}, or name another folder with --run-dir")

    def require_config(self):
        """RunError if no run ever began here."""
        self._require_folder()
        if not self.config.is_file():
            raise RunError(f"{self.path} is no run folder: it has no {self.config.name}")

    def require_resumable(self):
        """RunError if `--resume` can neither go on nor begin here.

        It begins in an empty folder, and in one whose run ended before its first checkpoint.
        """
        if not (self.is_begun or self._is_empty() or self.lock.exists()):
            raise RunError(f"{self.path} holds no run; name another folder with --run-dir")

    def require_checkpoint(self, which="latest"):
        """Returns the "latest" whole checkpoint, or the "best"; RunError if there is none."""
        self._require_folder()
        found = {"latest": checkpoint.latest, "best": checkpoint.best}[which](self.checkpoints)
        if found is None and which == "best" and checkpoint.latest(self.checkpoints):
            raise RunError(
                f"no checkpoint in {self.checkpoints} is the best: nothing was scored yet by "
                "training.best_metric; use --checkpoint latest"
            )
        if found is None:
            sentence = f"there is no checkpoint in {self.checkpoints}"
            if broken := sorted(path.name for path in self.checkpoints.glob("step_*")):
                sentence += f": files of {', '.join(broken)} are missing or cut off"
            raise RunError(sentence)
        return found

    def require_checkpoints(self, which):
        """Returns the list of "all" whole checkpoints, the oldest first, or that one of
        `require_checkpoint`; RunError if there is none."""
        if which == "all":
            self.require_checkpoint()
            return checkpoint.whole_checkpoints(self.checkpoints)
        return [self.require_checkpoint(which)]

    def newest_intact(self):
        """Reads checkpoints, the newest first, until one is what was written.

        Returns: its path, and dict of path to names of damaged files of the newer ones.
        Raises: CheckpointError if there is none.
        """
        intact, damaged = checkpoint.newest_intact(self.checkpoints)
        if intact is None:
            reason = "; ".join(f"{path} is damaged" for path in damaged) or "none is whole"
            raise checkpoint.CheckpointError(
                f"no checkpoint in {self.checkpoints} can be read: {reason}"
            )
        return intact, damaged

    def require_same_run(self, config, trained):
        """RunError, naming the keys, if `config` describes another network, data or training.

        Args:
            trained: path of a checkpoint; the run's own config may have been edited.
        """
        keys = differing_keys(load_config(trained / self.config.name), config)
        if keys:
            raise RunError(
                f"{self.path} was trained with another configuration and cannot be resumed with "
                f"this one; they differ in {', '.join(keys)} (see {trained / self.config.name})"
            )

    def remove_reports(self):
        """Removes what a run wrote that ended before its first checkpoint, and nothing else."""
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
        """Makes the folder if need be, and puts the config there in one move."""
        self.path.mkdir(parents=True, exist_ok=True)
        with whole_file(self.config) as temporary:
            config.save(temporary)

    def _require_folder(self):
        if not self.path.is_dir():
            raise RunError(f"{self.path}: there is no such run folder")

    def _is_empty(self):
        return not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir()))
