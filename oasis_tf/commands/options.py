"""Options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer

DataRoot = Annotated[
    Path | None, typer.Option("--data-root", file_okay=False, help="Where the data set lies.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="a.b=c", help="Overrides one key.")
]
