"""Options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer


def say_warnings(config):
    """Prints what is doubtful in a `Config` that something begins with, on stderr.

    Raises: ConfigError for what cannot be meant.
    """
    from oasis_tf.config import check_new_experiment

    for warning in check_new_experiment(config):
        typer.echo(f"Warning: {warning}.", err=True)


DataRoot = Annotated[
    Path | None, typer.Option("--data-root", file_okay=False, help="Where the data set lies.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="a.b=c", help="Overrides one key.")
]
