"""Text for people: safe on a terminal, whatever its encoding, and a sentence where it is lost."""

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
    """Standard output takes no more, in a sentence. No OSError: those are of files.

    Attributes:
        exit_code: int, as shells have it for a program that writes to a reader that is gone
            (`| head -1`), or 1.
        is_closed: bool, whether the reader is gone.
    """

    def __init__(self, cause: OSError):
        self.is_closed = isinstance(cause, BrokenPipeError)
        self.exit_code = 128 + signal.SIGPIPE if self.is_closed else 1
        super().__init__(f"standard output cannot be written to: {cause.strerror}")


def printable(text: object, *, encoding: str | None = None) -> str:
    r"""Text as a terminal may get it: escape codes of file names become visible, as `\x1b`.

    Args:
        text: what `str` gives for it is used. Newlines and tabs stay.
        encoding: of the stream; characters it lacks are escaped too. None: all are kept.
    """
    safe = UNSAFE.sub(_escaped, str(text))
    if encoding is None:
        return safe
    return safe.encode(encoding, "backslashreplace").decode(encoding)


def echo(text: object = "", *, err: bool = False) -> None:
    """Prints a line of `printable` text on stdout, or on stderr.

    Raises: StandardOutputError if stdout takes no more; from then on it takes anything, and drops
        it. A stderr that takes no more is ignored: there is no one to tell.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        write(f"{printable(text, encoding=stream.encoding)}\n", err=err)


def write(text: str, *, err: bool = False) -> None:
    """Writes what may steer the terminal, as it is. Raises: StandardOutputError, see `echo`."""
    stream = sys.stderr if err else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _discard(stream)
        if not err:
            raise StandardOutputError(error) from None


def counted(count: int, noun: str) -> str:
    """A number of things: "1 pair", "1,000 pairs"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def table_text(table: Table) -> str:
    """A table as lines of plain text, as wide as it needs to be."""
    console = Console(file=io.StringIO(), width=WIDEST_TABLE, highlight=False, markup=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def flush_stdout() -> None:
    """Writes what stdout still holds back. Raises: StandardOutputError, see `echo`."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        raise StandardOutputError(error) from None


def prepare_streams() -> None:
    """Makes stdout and stderr usable by all that follows.

    A closed one (`2>&-`) becomes `/dev/null`: else the next opened file would get its number, and
    what libraries print. Characters that their encoding lacks are escaped instead of raised.
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
    """Sends to nowhere what a stream holds back and will get: at exit Python would fail again."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):  # not a file's
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
