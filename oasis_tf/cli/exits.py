"""The end of a command: exit code, and a sentence for each error."""

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
    """Runs a command line and ends the process.

    There is no stack trace, even if stdout or stderr is closed, full or of a limited encoding.
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
        sys.exit(_print_lost_output(error))
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        sys.exit(
            EXIT_BY_SIGNAL + signal.SIGPIPE
        )  # typer has 1 if the reader of a help text is gone
    except OSError as error:  # from help texts, which `echo` does not print
        sys.exit(_print_lost_output(StandardOutputError(error)))


@contextmanager
def sentences_for_errors(*, interrupted="Interrupted."):
    """Turns errors inside into a sentence on stderr and an exit code, without a stack trace.

    This package's ValueErrors are bad input (exit code 2). Its RuntimeErrors, the system's
    OSErrors, and TensorFlow's errors of full memory or disk are failures (1). An error may have its
    own `exit_code`. Ctrl-C prints `interrupted`.
    """
    try:
        yield
    except KeyboardInterrupt:
        echo(interrupted, err=True)
        raise typer.Exit(EXIT_BY_SIGNAL + signal.SIGINT) from None
    except StandardOutputError as error:
        raise typer.Exit(_print_lost_output(error)) from None
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        echo(f"Error: {sentence}", err=True)
        exit_code = EXIT_BAD_INPUT if isinstance(error, ValueError) else EXIT_FAILED
        raise typer.Exit(getattr(error, "exit_code", exit_code)) from None


def _show_warning(message, category, filename, lineno, file=None, line=None):
    """Prints warnings of this package as a sentence, and hides those of libraries."""
    if Path(filename).is_relative_to(PACKAGE):
        echo(f"Warning: {message}", err=True)


def _print_lost_output(error: StandardOutputError) -> int:
    """Prints why stdout failed, unless its reader is gone (`| head -1`). Returns: exit code."""
    if not error.is_closed:
        echo(f"Error: {error}", err=True)
    return error.exit_code


def _sentence(error):
    """The sentence of an error; None if the error is a bug."""
    if type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's; it may not be imported
        return _what_ran_out(error.message)
    ours = type(error).__module__.partition(".")[0] == PACKAGE.name
    if isinstance(error, OSError) and not ours and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    has_sentence = (
        isinstance(error, OSError) or ours and isinstance(error, (ValueError, RuntimeError))
    )
    return str(error) if has_sentence else None


def _what_ran_out(message):
    """TensorFlow's sentence about a full disk, or ours about too little memory.

    Both are one class of error; for a full disk its message ends in the system's.
    """
    if os.strerror(errno.ENOSPC) not in message:
        return "out of memory: lower the batch size, or the network's size"
    return message.partition("\n")[0].rpartition("}} ")[2]
