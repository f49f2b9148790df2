"""Callbacks of training: reports, sample sheets, checkpoints and stopping."""

from oasis_tf.training.callbacks.adaptive_augmentation import AdaptiveAugmentation
from oasis_tf.training.callbacks.checkpoints import Checkpoints
from oasis_tf.training.callbacks.evaluations import Evaluations
from oasis_tf.training.callbacks.held_out import HeldOutScores
from oasis_tf.training.callbacks.hyper_parameters import write_hyper_parameters
from oasis_tf.training.callbacks.learning_rates import LearningRates
from oasis_tf.training.callbacks.profile import ProfileSteps
from oasis_tf.training.callbacks.progress_line import ProgressLine
from oasis_tf.training.callbacks.recalibrated_ema import RecalibratedEMA
from oasis_tf.training.callbacks.reports import MetricsLog, ResumedEpoch, SampleSheets
from oasis_tf.training.callbacks.steps import EveryNSteps, StepCallback
from oasis_tf.training.callbacks.stopping import (
    DivergenceError,
    RequireFolder,
    StopOnDivergence,
    StopOnRequest,
    Stopped,
)
from oasis_tf.training.callbacks.training_statistics import TrainingStatistics

__all__ = [
    "AdaptiveAugmentation",
    "Checkpoints",
    "DivergenceError",
    "Evaluations",
    "EveryNSteps",
    "HeldOutScores",
    "LearningRates",
    "MetricsLog",
    "RecalibratedEMA",
    "ProfileSteps",
    "ProgressLine",
    "RequireFolder",
    "ResumedEpoch",
    "SampleSheets",
    "StepCallback",
    "StopOnDivergence",
    "StopOnRequest",
    "Stopped",
    "TrainingStatistics",
    "write_hyper_parameters",
]
