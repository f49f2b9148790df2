"""Ctrl-C, SIGTERM and a closed terminal as a request to stop, checked between steps."""

import os
import signal
import sys
import threading

from oasis_tf.io.terminal import StandardOutputError, echo


class StopRequest:
    """A context in which the first signal requests a stop and the second ends the process.

    A thread receives the signals: Python's own handlers run only after TensorFlow has finished the
    step, and two equal signals would be merged by then. Signals that the process was started
    to ignore (`nohup`) stay ignored.

    Args:
        advice: str, what to do after the second signal.
    Attributes:
        number: int or None, the signal that came.
        lost_output: `StandardOutputError` of a closed stdout (its reader ended), or None.
    Reference: https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, *, advice=""):
        self.advice = advice
        self.number = None
        self.lost_output = None

    @property
    def is_asked(self):
        """Whether to stop."""
        return self.number is not None or self.lost_output is not None

    def lose_output(self, error):
        """Requests a stop because stdout is closed: `StandardOutputError`."""
        if not self.is_asked:
            echo(f"\n{error}. Stopping after this step.", err=True)
        self.lost_output = self.lost_output or error

    def __enter__(self):
        self._terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]
        self._reader, writer = os.pipe()
        os.set_blocking(writer, False)
        self._handlers = {
            number: signal.signal(number, lambda number, frame: None)
            for number in self.SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._wakeup_fds = writer, signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception):
        writer, previous = self._wakeup_fds
        signal.set_wakeup_fd(previous)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(writer)
        self._thread.join()
        os.close(self._reader)

    def _watch(self):
        while byte := os.read(self._reader, 1):
            number = byte[0]
            if number not in self._handlers:
                continue
            if self.number is not None:
                echo(f"\nEnded at once, without saving. {self.advice}".rstrip(), err=True)
                os._exit(128 + number)
            self.number = number
            if number == signal.SIGHUP:
                self._leave_terminal()
            _say("Stopping after this step (once more: at once, without saving).")

    def _leave_terminal(self):
        """Redirects output for the closed terminal to /dev/null, where writing does not fail."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in self._terminals:
            os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _say(sentence):
    """Prints a line below the progress bar, or on stderr where stdout is closed."""
    try:
        echo(f"\n{sentence}" if sys.stdout.isatty() else sentence)
    except StandardOutputError:
        echo(sentence, err=True)
