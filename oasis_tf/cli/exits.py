"""How a command ends: an exit code, and a sentence where something went wrong."""

import errno
import os
import signal
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import typer

from oasis_tf.io.terminal import StandardOutputError, echo, flush_stdout, prepare_streams

PACKAGE = Path(__file__).parents[1]
EXIT_FAILED, EXIT_BAD_INPUT = 1, 2
EXIT_BY_SIGNAL = 128  # plus the signal's number, as shells have it


def run(app: typer.Typer, *, prog_name: str) -> None:
    """Runs a command line, and ends the process.

    Whatever stdout and stderr are (closed, full, of a poor encoding), no stack trace follows.
    """
    prepare_streams()
    if not sys.warnoptions:
        warnings.showwarning = _show_warning
    try:
        try:
            app(prog_name=prog_name)
        finally:
            flush_stdout()
    except StandardOutputError as error:
        sys.exit(_say_lost_output(error))
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        sys.exit(EXIT_BY_SIGNAL + signal.SIGPIPE)  # typer has 1 where a help text's reader is gone
    except OSError as error:  # of help texts, which are not printed by `echo`
        sys.exit(_say_lost_output(StandardOutputError(error)))


@contextmanager
def sentences_for_errors(*, interrupted="Interrupted."):
    """Bad input and failures become a sentence on stderr and an exit code, not a stack trace.

    The project's own ValueErrors are bad input; its RuntimeErrors, the system's OSErrors, and a
    lack of memory or disk that TensorFlow met, are failures on the way. An error may bring an
    `exit_code` of its own. Ctrl-C is said, too, by `interrupted`.
    """
    try:
        yield
    except KeyboardInterrupt:
        echo(interrupted, err=True)
        raise typer.Exit(EXIT_BY_SIGNAL + signal.SIGINT) from None
    except StandardOutputError as error:
        raise typer.Exit(_say_lost_output(error)) from None
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        echo(f"Error: {sentence}", err=True)
        exit_code = EXIT_BAD_INPUT if isinstance(error, ValueError) else EXIT_FAILED
        raise typer.Exit(getattr(error, "exit_code", exit_code)) from None


def _show_warning(message, category, filename, lineno, file=None, line=None):
    """Prints our own warnings as a sentence; those of libraries are no user's business."""
    if Path(filename).is_relative_to(PACKAGE):
        echo(f"Warning: {message}", err=True)


def _say_lost_output(error: StandardOutputError) -> int:
    """Says why stdout ended, but of a reader that went away (`| head -1`). Returns: exit code."""
    if not error.is_closed:
        echo(f"Error: {error}", err=True)
    return error.exit_code


def _sentence(error):
    """What an error says to people; None if it is a defect."""
    if type(error).__name__ == "ResourceExhaustedError":  # of TensorFlow, which may not be loaded
        return _what_ran_out(error.message)
    ours = type(error).__module__.partition(".")[0] == PACKAGE.name
    if isinstance(error, OSError) and not ours and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    is_said = isinstance(error, OSError) or ours and isinstance(error, (ValueError, RuntimeError))
    return str(error) if is_said else None


def _what_ran_out(message):
    """TensorFlow has one error for a full disk, where its message ends in the system's, and for
    too little memory."""
    if os.strerror(errno.ENOSPC) not in message:
        return "out of memory: lower the batch size, or the network's size"
    return message.partition("\n")[0].rpartition("}} ")[2]
