"""Progress on stderr; stdout is for results."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from oasis_tf.io.terminal import echo

PLAIN_EVERY = 30  # seconds between lines where there is no terminal


def say(sentence: str) -> None:
    """Prints a line on stderr."""
    echo(sentence, err=True)


def track(items: Iterable, *, description: str, total: int | None, done: int = 0) -> Iterator:
    """Yields the items and shows how many are done and how long the others take.

    On a terminal, a bar; elsewhere, a plain line every `PLAIN_EVERY` seconds.

    Args:
        description: the line above the bar.
        total: number of items, including those done before; None if unknown.
        done: number of items done before.
    """
    say(description)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from _in_lines(items, total=total, done=done)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, completed=done)
        for item in items:
            yield item
            bar.advance(task)


def _in_lines(items: Iterable, *, total: int | None, done: int) -> Iterator:
    """Yields the items and prints a line on stderr now and then."""
    start = shown = time.monotonic()
    for count, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - shown >= PLAIN_EVERY:
            shown = now
            text = f"  {done + count:,}"
            if total is not None:
                left = (total - done - count) * (now - start) / count
                text += f" of {total:,}, {duration(left)} left"
            say(text)


def duration(seconds, *, short=False):
    """Formats seconds: "42 s", "3 min 20 s", "5 h 07 min", "3 d 4 h"; short "5 h"."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        both = f"{days:,} d", f"{hours} h"
    elif hours:
        both = f"{hours} h", f"{minutes:02} min"
    elif minutes:
        both = f"{minutes} min", f"{seconds:02} s"
    else:
        both = (f"{seconds} s",)
    return both[0] if short else " ".join(both)
