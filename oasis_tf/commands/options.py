"""Options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer

# As in `oasis_tf.config.bounds`, which help need not import.
MAX_BATCH = 2**16  # no machine holds more images at once
MAX_EPOCHS = 10**6
MAX_WIDTH = 1024  # deeper layers have several times as many channels
MAX_DEVICES = 1024  # of one machine, parts of its CPU counted
MAX_SAMPLES = 10_000  # photographs for each label map: each is a file
MAX_HELD_OUT = 100_000


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
