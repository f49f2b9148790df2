"""Options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.runs.which_checkpoint import Checkpoint

Run = Annotated[
    Path, typer.Option(file_okay=False, help="Run folder, or landscapes: the package's run.")
]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", file_okay=False, help="Folder of the run's data, if it moved."),
]


Which = Annotated[
    Checkpoint, typer.Option("--checkpoint", help="The newest one, or the best_metric's.")
]
