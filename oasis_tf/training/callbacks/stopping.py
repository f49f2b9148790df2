"""Callbacks that end training early: on divergence, on signals, without a run folder."""

import signal

import keras
import numpy as np

from oasis_tf.metrics.recent_losses import NUM_RECENT_LOSSES
from oasis_tf.runs import checkpoint_files
from oasis_tf.training.callbacks.steps import StepCallback

NUM_SUSPICIOUS_STEPS = 50  # the losses must be high for so long: a spike is no divergence
ADVICE = "start a new run with lower learning rates, or with init_gain 1 in both networks"


class DivergenceError(RuntimeError):
    """Error for losses that are not finite or exploded."""


class StopOnDivergence(StepCallback):
    """Ends training when a loss is NaN or infinite, or has exploded.

    Checks the losses of every step, which `recent_losses` of the model holds. A loss has exploded
    if its median over the last 50 steps is more than `explosion_limit` times its median over the
    450 steps before, or times 1 if that is more. So the first 500 steps, which start with high
    losses for small initial weights, and single spikes do not end training.

    Must come before `Checkpoints` in the list of callbacks.

    Args:
        folder: folder of the run's checkpoints; the message names the last good one.
        explosion_limit: float, or None to check for NaN and infinity only.
    """

    def __init__(self, folder, *, explosion_limit):
        super().__init__()
        self.folder = folder
        self.explosion_limit = explosion_limit
        self.suspicious = False

    def on_train_begin(self, logs=None):
        self.previous_step = self.step

    def on_train_batch_end(self, batch, logs=None):
        step, variables = self.step, self.model.recent_losses.by_name
        recent = {name: variable.numpy() for name, variable in variables.items()}
        for finished in range(self.previous_step + 1, step + 1):
            self._require_finite(finished, recent)
        self.previous_step = step
        if self.explosion_limit and step >= NUM_RECENT_LOSSES:
            self.suspicious = False
            for name, losses in recent.items():
                self._require_no_explosion(step, name, np.roll(losses, -(step % len(losses))))

    def _require_finite(self, step, recent):
        for name, losses in recent.items():
            loss = losses[(step - 1) % len(losses)]
            if not np.isfinite(loss):
                raise DivergenceError(
                    f"step {step}: the loss {name} is {loss}, so training stopped; "
                    f"{checkpoint_files.what_is_left(self.folder)}; {ADVICE}"
                )

    def _require_no_explosion(self, step, name, losses):
        """`losses` is float (steps,), the newest last."""
        usual = np.median(losses[:-NUM_SUSPICIOUS_STEPS])
        loss = np.median(losses[-NUM_SUSPICIOUS_STEPS:])
        limit = self.explosion_limit * max(1.0, usual)
        self.suspicious |= bool(losses[-1] > limit)
        if loss > limit:
            raise DivergenceError(
                f"step {step}: the loss {name} exploded, so training stopped: its median over "
                f"the last {NUM_SUSPICIOUS_STEPS} steps is {loss:.4g}, before it was "
                f"{usual:.4g} (training.explosion_limit is {self.explosion_limit:g}); "
                f"{checkpoint_files.what_is_left(self.folder)}; {ADVICE}"
            )


class RequireFolder(keras.callbacks.Callback):
    """Ends training after the step in which the run folder was deleted, moved or replaced.

    Must come before all callbacks that write, which would create parts of the folder again.

    Args:
        lock: `RunLock` of the folder.
    """

    def __init__(self, lock):
        super().__init__()
        self.lock = lock

    def on_train_batch_end(self, batch, logs=None):
        self.lock.require_in_place()


class StopOnRequest(keras.callbacks.Callback):
    """Ends training on request: after the current step, or before the first.

    Args:
        request: `StopRequest`.
        any_worker: function(bool) -> bool, whether it is true on any worker. All stop together.
    """

    def __init__(self, request, *, any_worker):
        super().__init__()
        self.request = request
        self.any_worker = any_worker

    def on_train_batch_begin(self, batch, logs=None):
        if self._is_asked():
            raise Stopped

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = self._is_asked() or self.model.stop_training

    def _is_asked(self):
        if self.any_worker(self.request.is_asked) and not self.request.is_asked:
            self.request.number = signal.SIGTERM  # another worker's
        return self.request.is_asked


class Stopped(Exception):
    """Raised to end training before its first step."""
