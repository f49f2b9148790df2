"""What is worked on while a fresh process works: a spinner on the terminal, else lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from oasis_tf.io.progress import say


@contextmanager
def working(description: str) -> Iterator[Callable[[str], None]]:
    """Shows a description and, on a terminal, the elapsed time; both on stderr.

    Yields: function(description), which changes the description.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        say(description)
        yield say
        return
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda description: bar.update(task, description=description)
