"""python -m oasis_tf config"""

import json
import shutil
import textwrap
from pathlib import Path
from typing import Annotated, Literal

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.io.terminal import echo

INDENT = "    "


def config(
    show: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="A key, such as training.batch_size, or a section.  [default: all]",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="YAML file, or name of a packaged config: shows its values."),
    ] = None,
    model: Annotated[
        Literal["oasis", "spade", "pix2pix"], typer.Option(help="Whose keys, without --config.")
    ] = "oasis",
):
    """Shows the keys of a config: meaning, type and range, unit, default."""
    with sentences_for_errors():
        from oasis_tf.config import flatten, load_config
        from oasis_tf.config.describe import describe

        values = {}
        if config is not None:
            values = flatten(load_config(config, classes_from_data=True))
        keys = describe(show, model=values.get("model", model))
        for key in keys:
            echo("\n".join(_lines(key, values)))


def _lines(key, values):
    """The text about one key: name and value, description, type."""
    from oasis_tf.config.describe import REQUIRED

    default = "must be given" if key.default is REQUIRED else f"default {_yaml(key.default)}"
    if key.key in values:
        yield f"{key.key}={_yaml(values[key.key])}   ({default})"
    elif key.default is REQUIRED:
        yield f"{key.key}   ({default})"
    else:
        yield f"{key.key}={_yaml(key.default)}"
    about = f"Type: {key.form}."
    if key.unit is not None:
        about += f" Unit: {key.unit}."
    if key.datasets:
        about += f" Data sets: {', '.join(key.datasets)}."
    width = max(40, shutil.get_terminal_size().columns)
    for text in (key.text, about):
        yield from textwrap.wrap(
            text, width, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False
        )


def _yaml(value):
    return value if isinstance(value, str) and value.isidentifier() else json.dumps(value)
