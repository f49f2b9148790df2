"""Duration of training steps, without the first execution, which traces."""

import time


class StepClock:
    """Measures the time of the steps of an epoch, or of the rest of a resumed one.

    The first execution of a process traces the step, which takes minutes for large networks. It is
    left out: otherwise the first epoch of every session would seem slow.
    """

    def __init__(self):
        self._start = None  # seconds, step
        self._has_executed = False

    def begin(self, step: int) -> None:
        """Starts the clock; call it at the beginning of an epoch."""
        self._start = time.perf_counter(), step

    def executed(self, step: int) -> None:
        """Call it after every execution; `step` is its last step."""
        if not self._has_executed:
            self._has_executed = True
            self.begin(step)

    def seconds_per_step(self, step: int) -> float | None:
        """Mean up to `step`; None after the first execution only."""
        seconds, first = self._start
        return (time.perf_counter() - seconds) / (step - first) if step > first else None
