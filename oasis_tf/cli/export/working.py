"""A spinner on the terminal while a fresh process works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def working(description: str) -> Iterator[Callable[[str], None]]:
    """Shows a description and the elapsed time; only on a terminal.

    Yields: function(description), which changes the description.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(description, total=None)
        yield lambda description: bar.update(task, description=description)
