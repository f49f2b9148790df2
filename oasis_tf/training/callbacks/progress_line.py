"""The progress of training in one line."""

import shutil
import sys
import time
from collections import deque

from oasis_tf.io.progress import duration, say
from oasis_tf.io.terminal import StandardOutputError, printable, write
from oasis_tf.training.callbacks.steps import StepCallback

UPDATE_EVERY = 0.25  # seconds
NUM_TIMES = 1000  # executions for the mean speed, which includes checkpoints and scores
FIRST = "preparing the first step"
CLEAR_REST = "\x1b[K"


class ProgressLine(StepCallback):
    """Shows step, epoch, images per second, remaining time, losses, and the newest result.

    On a terminal, one line that is rewritten. In a narrow terminal it is shortened, and its last
    parts are left out. Elsewhere, one line per epoch, and on stderr one before the first step,
    which takes longest. Must come after the reports in the list of callbacks.

    Args:
        total_steps, steps_per_epoch: int.
        images_per_step: int, of all replicas together.
        losses: dict of shown name to the names of the logs whose sum is shown.
        newest: function() -> the newest result as (text, shorter text), or None.
        step_of: function(model) -> int, number of finished training steps.
        on_lost_output: function(StandardOutputError), called when stdout cannot be written to;
            the callback prints nothing after that.
    """

    def __init__(
        self,
        *,
        total_steps,
        steps_per_epoch,
        images_per_step,
        losses,
        newest=lambda: None,
        step_of=lambda model: int(model.step.numpy()),
        on_lost_output=lambda error: None,
    ):
        super().__init__()
        self.total_steps = total_steps
        self.steps_per_epoch = steps_per_epoch
        self.images_per_step = images_per_step
        self.losses = losses
        self.newest = newest
        self.step_of = step_of
        self.on_lost_output = on_lost_output
        self.times = deque(maxlen=NUM_TIMES)  # (seconds, step) after each execution
        self.is_terminal = sys.stdout.isatty()
        self.is_open = self.is_lost = False

    @property
    def step(self):
        return self.step_of(self.model)

    def on_train_begin(self, logs=None):
        self.last_shown = -UPDATE_EVERY
        if self.step < self.total_steps and not self.times:
            if not self.is_terminal:
                say(", ".join([*self._position(self.step), FIRST]))
            self._rewrite(lambda short: [*self._position(self.step, short=short), FIRST])

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        self.times.append((now, self.step))
        self.logs = logs
        if self.is_terminal and now - self.last_shown >= UPDATE_EVERY:
            self.last_shown = now
            self._rewrite(self._parts)

    def on_epoch_end(self, epoch, logs=None):
        if self.is_terminal:
            self._rewrite(self._parts)
        else:
            line = printable(", ".join(self._parts()), encoding=sys.stdout.encoding)
            self._write(f"{line}\n")

    def close(self):
        """Ends the line, so that the next output starts a new one."""
        if self.is_open:
            self._write("\n")
        self.is_open = False

    def _parts(self, *, short=False):
        """The parts of the line, the most important first."""
        step = self.times[-1][1]
        parts = self._position(step, short=short)
        if seconds := self._seconds_per_step():
            unit = "img/s" if short else "images/s"
            parts.append(f"{self.images_per_step / seconds:.3g} {unit}")
            left = (self.total_steps - step) * seconds
            parts.append(f"{duration(left, short=short)} left" if left > 0 else "done")
        for shown, names in self.losses.items():
            loss = sum(float(self.logs[name]) for name in names)
            parts.append(f"{shown} {loss:.3g}" if short else f"{shown} {loss:.4g}")
        newest = self.newest()
        return parts + ([newest[short]] if newest else [])

    def _position(self, step, *, short=False):
        epoch = max(0, step - 1) // self.steps_per_epoch + 1
        epochs = -(-self.total_steps // self.steps_per_epoch)
        steps = f"{step:,}/{self.total_steps:,}"
        return [steps if short else f"step {steps}", f"epoch {epoch:,}/{epochs:,}"]

    def _seconds_per_step(self):
        """Mean time; None before the second execution: the first one includes tracing."""
        (first_time, first_step), (last_time, last_step) = self.times[0], self.times[-1]
        steps = last_step - first_step
        return (last_time - first_time) / steps if steps > 0 and last_time > first_time else None

    def _rewrite(self, parts):
        """Shows function(short=) -> list of str."""
        if self.is_terminal:
            self.is_open = True
            width = shutil.get_terminal_size().columns - 1
            line = ", ".join(parts(short=False))
            if len(line) > width:
                line = fitted(parts(short=True), width=width)
            self._write(f"\r{printable(line, encoding=sys.stdout.encoding)}{CLEAR_REST}")

    def _write(self, text):
        if self.is_lost:
            return
        try:
            write(text)
        except StandardOutputError as error:
            self.is_lost = True
            self.on_lost_output(error)


def fitted(parts, *, width):
    """As many of the first parts as fit in `width` characters; the first one is cut to fit."""
    line = parts[0][:width]
    for part in parts[1:]:
        if len(line) + 1 + len(part) > width:
            break
        line += f" {part}"
    return line
