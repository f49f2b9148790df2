"""Options of the verbs that generate photographs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.options import MAX_BATCH, MAX_SAMPLES
from oasis_tf.runs.which_checkpoint import Checkpoint

MAX_SEED = 2**32 - 1  # of the first sample; later seeds may be larger, as noise has 64-bit seeds


class Format(StrEnum):
    """File format of photographs."""

    PNG = "png"
    JPG = "jpg"


class Precision(StrEnum):
    """Floating-point type of the computation."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class LabelIds(StrEnum):
    """Meaning of the numbers in .npy label maps."""

    CLASSES = "classes"
    DATA = "data"


Run = Annotated[
    Path,
    typer.Option("--run", file_okay=False, help="Run folder, or landscapes: the package's run."),
]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="Folder for the pictures.")]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        help="Label map (.png, .npy), or a folder of them; by default held-out ones of the run.",
    ),
]
IdsOfArrays = Annotated[
    LabelIds,
    typer.Option(
        "--label-ids",
        help="Numbers in .npy label maps: class ids (0 = void), or the ids in the data's label "
        "PNGs. PNGs always hold the latter.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", min=0, max=MAX_SEED, help="Seed of the first sample; sample i has this + i - 1."
    ),
]
BatchSize = Annotated[
    int, typer.Option("--batch-size", min=1, max=MAX_BATCH, help="Photographs generated at once.")
]
Samples = Annotated[
    int, typer.Option(min=1, max=MAX_SAMPLES, help="Photographs for each label map.")
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace existing files of other programs."),
]
Which = Annotated[
    Checkpoint,
    typer.Option("--checkpoint", help="The newest one, or the best by training.best_metric."),
]
