"""A progress bar on stderr; stdout is for results."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from oasis_tf.io.terminal import echo


def say(sentence: str) -> None:
    """Prints a line on stderr."""
    echo(sentence, err=True)


def track(items: Iterable, *, description: str, total: int | None, done: int = 0) -> Iterator:
    """Yields the items and advances a progress bar if stderr is a terminal.

    Args:
        description: the line above the bar.
        total: number of items, including those done before; None if unknown.
        done: number of items done before.
    """
    say(description)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total, completed=done)
        for item in items:
            yield item
            bar.advance(task)
