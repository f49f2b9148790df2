"""Options that several verbs have."""

import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

import oasis_tf
from oasis_tf.io.terminal import echo

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
        echo(f"Warning: {warning}.", err=True)


def _say_version(is_asked):
    if is_asked:
        echo(versions())
        raise typer.Exit


def versions():
    """This program's version, and what it runs on, in a line. Nothing of it is imported."""
    parts = []
    for name in ("Keras", "TensorFlow"):
        with suppress(metadata.PackageNotFoundError):
            parts.append(f"{name} {metadata.version(name.lower())}")
    python = ".".join(map(str, sys.version_info[:3]))
    return f"oasis-tf {oasis_tf.__version__} ({', '.join([*parts, f'Python {python}'])})"


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_say_version, is_eager=True, help="Say the version, and end."
    ),
]
DataRoot = Annotated[
    Path | None, typer.Option("--data-root", file_okay=False, help="Where the data set lies.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="a.b=c", help="Overrides one key.")
]
