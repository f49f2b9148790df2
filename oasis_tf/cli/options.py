"""Options that several verbs have."""

import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

import oasis_tf
from oasis_tf.io.terminal import echo

# As in `oasis_tf.config.bounds`, which would slow down --help.
MAX_BATCH = 2**16  # no machine holds more images at once
MAX_EPOCHS = 10**6
MAX_WIDTH = 1024  # deeper layers have several times as many channels
MAX_DEVICES = 1024  # of one machine, logical CPUs included
MAX_SAMPLES = 10_000  # images for each label map; each is a file
MAX_HELD_OUT = 100_000


def print_warnings(config):
    """Prints the warnings about the `Config` of a new run or survey on stderr.

    Raises: ConfigError for contradictions.
    """
    from oasis_tf.config import check_new_experiment

    for warning in check_new_experiment(config):
        echo(f"Warning: {warning}.", err=True)


def _print_version(is_asked):
    if is_asked:
        echo(versions())
        raise typer.Exit


def versions():
    """Versions of this program, Keras, TensorFlow and Python, in a line, without importing them."""
    parts = []
    for name in ("Keras", "TensorFlow"):
        with suppress(metadata.PackageNotFoundError):
            parts.append(f"{name} {metadata.version(name.lower())}")
    python = ".".join(map(str, sys.version_info[:3]))
    return f"oasis-tf {oasis_tf.__version__} ({', '.join([*parts, f'Python {python}'])})"


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
]
DataRoot = Annotated[
    Path | None, typer.Option("--data-root", file_okay=False, help="Folder of the data set.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="a.b=c", help="Overrides one key.")
]
