"""Which checkpoints of a run a verb uses; the values of `--checkpoint`."""

from enum import StrEnum


class Checkpoint(StrEnum):
    """One checkpoint of a run: the newest, or the best by `training.best_metric`."""

    LATEST = "latest"
    BEST = "best"


class Checkpoints(StrEnum):
    """One checkpoint of a run, or all of them."""

    LATEST = Checkpoint.LATEST
    BEST = Checkpoint.BEST
    ALL = "all"
