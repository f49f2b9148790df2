"""Options that the verbs which paint have in common."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.options import MAX_BATCH, MAX_SAMPLES
from oasis_tf.runs.which_checkpoint import Checkpoint

MAX_SEED = 2**32 - 1  # of the first sample; noise takes 64 bits, so that the others may pass it


class Format(StrEnum):
    """What photographs are written as."""

    PNG = "png"
    JPG = "jpg"


class Precision(StrEnum):
    """What photographs are computed in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class LabelIds(StrEnum):
    """What the numbers in .npy label maps are."""

    CLASSES = "classes"
    DATA = "data"


Run = Annotated[
    Path, typer.Option("--run", file_okay=False, help="Run folder of the trained model.")
]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="Folder for the pictures.")]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        help="Label map (.png, .npy), or a folder of them; else held-out ones of the run's data.",
    ),
]
IdsOfArrays = Annotated[
    LabelIds,
    typer.Option(
        "--label-ids",
        help="What .npy label maps hold: class ids, 0 being void; or the ids that the data's own "
        "label PNGs hold. PNGs always hold the latter.",
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", min=0, max=MAX_SEED, help="Of the first sample; the others follow it."),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, max=MAX_BATCH, help="Images painted at once.")
]
Samples = Annotated[
    int, typer.Option(min=1, max=MAX_SAMPLES, help="Photographs for each label map.")
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace files there that this program did not make."),
]
Which = Annotated[
    Checkpoint, typer.Option("--checkpoint", help="The newest one, or the best_metric's.")
]
