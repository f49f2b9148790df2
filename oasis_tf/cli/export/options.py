"""Options that several verbs have."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Run = Annotated[Path, typer.Option(file_okay=False, help="Run folder of the trained model.")]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", file_okay=False, help="Folder of the run's data, if it moved."),
]


class Checkpoint(StrEnum):
    """One of a run's checkpoints."""

    LATEST = "latest"
    BEST = "best"


Which = Annotated[
    Checkpoint, typer.Option("--checkpoint", help="The newest one, or the best_metric's.")
]
