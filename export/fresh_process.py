"""Calls a function in a new process.

Converters leak memory and can crash, and an artifact must be verified without state of its making.
"""

import importlib
import multiprocessing
import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

LAST_LINES = 15


class FreshProcessError(RuntimeError):
    """The process ended without a result; the message ends with its last output."""


class TookTooLongError(FreshProcessError):
    """The process was killed because its time was over."""


def in_fresh_process(
    function: Callable, /, *, seconds: float | None = None, **arguments: Any
) -> Any:
    """Calls a function of a module in a new process, whose output is not shown on the terminal.

    Args:
        function: defined at the top of a module. Arguments and result are pickled.
        seconds: float, time limit; None for none.
    Returns: the function's result.
    Raises: the function's error; FreshProcessError if the process died; TookTooLongError.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    where = (function.__module__, function.__qualname__)
    with tempfile.TemporaryDirectory(prefix="oasis-") as folder:
        log = Path(folder) / "log"
        process = context.Process(target=_work, args=(where, there, log))
        process.start()
        there.close()
        try:
            here.send(arguments)
            if not here.poll(seconds):
                raise TookTooLongError(f"{_name(where)} took longer than {seconds:.0f} s")
            failed, outcome = here.recv()
        except (EOFError, ConnectionError):
            process.join()
            raise FreshProcessError(
                f"{_name(where)} {_end_of(process.exitcode)}{_last_words(log)}"
            ) from None
        finally:
            process.kill()
            process.join()
            process.close()
    if failed:
        raise outcome
    return outcome


def _work(where, connection, log):
    """Runs in the new process; redirects the output before it imports anything."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    module, name = where
    try:
        function = getattr(importlib.import_module(module), name)
        result = (False, function(**connection.recv()))
    except Exception as error:
        error.add_note(traceback.format_exc())  # tracebacks cannot be pickled
        result = (True, error)
    try:
        connection.send(result)
    except Exception:  # an error that cannot be pickled
        traceback.print_exc()
        os._exit(1)


def _end_with_parent():
    """Ends this process when its parent ends, however that ends."""
    multiprocessing.parent_process().join()
    os._exit(1)


def _name(where):
    return ".".join(where)


def _end_of(exit_code):
    if exit_code == -signal.SIGKILL:
        return "was killed; the system does that where memory runs out"
    return f"died with exit code {exit_code}"


def _last_words(log):
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "".join(f"\n  {line}" for line in lines[-LAST_LINES:])
