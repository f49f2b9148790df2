"""How long training steps take, without the first execution, which traces."""

import time


class StepClock:
    """Measures the time of the steps of an epoch, or of the rest of one that was resumed.

    The first execution of a process compiles the step, for minutes if the network is large. It does
    not count: else the first epoch, and every resumed one, would seem slow.
    """

    def __init__(self):
        self._start = None  # seconds, step
        self._has_executed = False

    def begin(self, step: int) -> None:
        """Starts at an epoch's begin."""
        self._start = time.perf_counter(), step

    def executed(self, step: int) -> None:
        """Tells that the execution that ends with `step` has come to its end."""
        if not self._has_executed:
            self._has_executed = True
            self.begin(step)

    def seconds_per_step(self, step: int) -> float | None:
        """Mean until `step`; None if nothing but the first execution was made."""
        seconds, first = self._start
        return (time.perf_counter() - seconds) / (step - first) if step > first else None
