"""Prints text on any terminal and encoding; a full or closed stdout is one error."""

import codecs
import io
import os
import re
import signal
import sys

from rich.console import Console
from rich.table import Table

# Control characters but newline and tab, what changes the direction or breaks lines, and surrogates
# (Python's stand-ins for bytes that are no text).
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
WIDEST_TABLE = 1000  # characters; nothing is folded
STREAMS = {1: "stdout", 2: "stderr"}


class StandardOutputError(RuntimeError):
    """Error for a standard output that is full or closed. Not an OSError, which concerns a file.

    Attributes:
        exit_code: int, 128 + SIGPIPE if the reader has ended (`| head -1`), or 1.
        is_closed: bool, whether the reader has ended.
    """

    def __init__(self, cause: OSError):
        self.is_closed = isinstance(cause, BrokenPipeError)
        self.exit_code = 128 + signal.SIGPIPE if self.is_closed else 1
        super().__init__(f"standard output cannot be written to: {cause.strerror}")


def printable(text: object, *, encoding: str | None = None) -> str:
    r"""Text without control characters: escape codes in file names become visible, as `\x1b`.

    Args:
        text: any object, printed by `str`. Newlines and tabs are kept.
        encoding: of the stream; characters outside of it are escaped. None: all are kept.
    """
    safe = UNSAFE.sub(_escaped, str(text))
    if encoding is None:
        return safe
    return safe.encode(encoding, "backslashreplace").decode(encoding)


def echo(text: object = "", *, err: bool = False) -> None:
    """Prints a line of `printable` text on stdout, or on stderr.

    Raises: StandardOutputError if stdout is full or closed; later output is dropped. The same of
        stderr is ignored.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        write(f"{printable(text, encoding=stream.encoding)}\n", err=err)


def write(text: str, *, err: bool = False) -> None:
    """Writes text unchanged, with control characters. Raises: StandardOutputError, see `echo`."""
    stream = sys.stderr if err else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _discard(stream)
        if not err:
            raise StandardOutputError(error) from None


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 pair", "1,000 pairs"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def table_text(table: Table) -> str:
    """A table as lines of plain text, without folding."""
    console = Console(file=io.StringIO(), width=WIDEST_TABLE, highlight=False, markup=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def flush_stdout() -> None:
    """Flushes stdout. Raises: StandardOutputError, see `echo`."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        raise StandardOutputError(error) from None


def prepare_streams() -> None:
    """Prepares stdout and stderr for any text.

    A closed one (`2>&-`) becomes `/dev/null`; otherwise the next opened file would get its
    descriptor, and the output of libraries. Characters outside of their encoding are escaped.
    """
    for descriptor in (0, *STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for descriptor, name in STREAMS.items():
        stream = getattr(sys, name)
        if stream is None:
            stream = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace")
            setattr(sys, name, stream)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _escaped(match: re.Match) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return codecs.encode(match[0], "unicode_escape").decode() if code < 0xD800 else f"\\u{code:04x}"


def _discard(stream) -> None:
    """Redirects a stream to /dev/null; otherwise Python fails again at exit."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):  # not a file's
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
