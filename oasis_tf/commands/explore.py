"""python -m oasis_tf explore VERB"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.commands.exits import sentences_for_errors
from oasis_tf.commands.painting_options import (
    BatchSize,
    Checkpoint,
    Labels,
    Out,
    Run,
    Seed,
    Which,
)
from oasis_tf.commands.tensorflow_start import start_tensorflow

NUM_TO_CHOOSE_FROM = 200  # held-out label maps, of which directions take those with the class
GRID_COLUMNS = 6

explore = typer.Typer(
    help="Shows what a run's noise does: walks, grids, and directions of brightness and others.",
    no_args_is_help=True,
)


class Route(StrEnum):
    """How to walk from seed to seed."""

    SPHERICAL = "spherical"
    LINEAR = "linear"
    BOTH = "both"


class Film(StrEnum):
    """What animations are written as."""

    WEBP = "webp"
    GIF = "gif"


@explore.command()
def interpolate(
    run: Run,
    out: Out,
    labels: Labels = None,
    seeds: Annotated[str, typer.Option(metavar="SEED,SEED[,...]", help="To walk to.")] = "0,1,2",
    steps: Annotated[int, typer.Option(min=1, help="From each seed to the next.")] = 8,
    path: Annotated[Route, typer.Option("--path", help="On an arc, or straight.")] = Route.BOTH,
    film: Annotated[Film, typer.Option(help="Format of the animations.")] = Film.WEBP,
    milliseconds: Annotated[int, typer.Option(min=20, help="A frame of them.")] = 120,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Walks from seed to seed: a strip, and an animation that ends where it began."""
    with sentences_for_errors():
        studio, (subject, *_) = _open(run, labels, which, held_out=1)
        from oasis_tf.exploration.interpolation import interpolate_seeds, seeds_of

        written = interpolate_seeds(
            studio,
            subject,
            out,
            seeds=seeds_of(seeds),
            steps=steps,
            paths=[path.value] if path != Route.BOTH else ["spherical", "linear"],
            film=film.value,
            milliseconds=milliseconds,
            batch_size=batch_size,
        )
    typer.echo("\n".join(f"  {path}" for path in written))


@explore.command()
def grid(
    run: Run,
    out: Out,
    labels: Labels = None,
    samples: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 11,
    seed: Seed = 0,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Paints one label map with many seeds, in one picture."""
    with sentences_for_errors():
        studio, (subject, *_) = _open(run, labels, which, held_out=1)
        from oasis_tf.exploration.interpolation import seed_grid

        path = seed_grid(
            studio,
            subject,
            out,
            seeds=range(seed, seed + samples),
            columns=GRID_COLUMNS,
            batch_size=batch_size,
        )
    typer.echo(f"  {path}")


@explore.command()
def direction(
    run: Run,
    out: Out,
    attribute: Annotated[
        str,
        typer.Option(help="luminance, warmth, saturation, contrast or CLASS.luminance."),
    ],
    labels: Labels = None,
    images: Annotated[int, typer.Option(min=16, help="How many pictures to fit on.")] = 384,
    seed: Seed = 0,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Finds the direction of noise that drives an attribute, and tests it on other label maps."""
    with sentences_for_errors():
        studio, subjects = _open(run, labels, which, held_out=NUM_TO_CHOOSE_FROM)
        from oasis_tf.exploration import search
        from oasis_tf.exploration.attributes import Attribute
        from oasis_tf.exploration.direction_pictures import write

        found, response = search.find(
            studio,
            subjects,
            attribute=Attribute.named(attribute, studio.class_names),
            images=images,
            seed=seed,
            batch_size=batch_size,
        )
        paths = write(studio, subjects, found, response, out)
    held_out = ", ".join(found.held_out_label_maps)
    table = "  ".join(
        f"{step:+g}: {value:.3f}" for step, value in zip(found.steps, found.response, strict=True)
    )
    typer.echo(
        f"{found.attribute}: correlation {found.held_out_correlation:.3f} in "
        f"{found.held_out_images} pictures of label maps that the fit on {found.fit_images} did "
        f"not see ({held_out}).\nBy steps along the direction  {table}"
    )
    typer.echo("\n".join(f"  {path}" for path in paths))


@explore.command()
def apply(
    run: Run,
    out: Out,
    direction: Annotated[
        Path, typer.Option(dir_okay=False, help="The direction.json that `direction` wrote.")
    ],
    amount: Annotated[float, typer.Option(min=-100, max=100, help="Steps along it.")],
    labels: Labels = None,
    samples: Annotated[int, typer.Option(min=1, help="Photographs for each label map.")] = 1,
    seed: Seed = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Paint again what is there already.")
    ] = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Paints photographs whose noise is moved along a direction."""
    with sentences_for_errors():
        studio, subjects = _open(run, labels, which, held_out=6)
        from oasis_tf.exploration.direction import Direction, ShiftedNoise
        from oasis_tf.generation import Album, label_files, paint_all

        moved = Direction.load(direction, studio=studio)
        album = Album(out, samples=samples, overwrite=overwrite)
        album.require_names(label_files(labels) if labels else [])
        plan = ShiftedNoise(moved, amount=amount, seed=seed)
        paint_all(studio, subjects, album, plan=plan, batch_size=batch_size)
    typer.echo(f"  photographs    {out}/\n  all at once    {album.contact_sheet}")


def _open(run, labels, which, *, held_out):
    """`Studio` of the run, and list of `Subject`."""
    from oasis_tf.run_folder import RunFolder

    path = RunFolder(run).require_checkpoint(which.value)
    start_tensorflow()
    from oasis_tf import generation

    files = generation.label_files(labels) if labels else []
    studio = generation.Studio(path)
    if labels:
        return studio, generation.subjects_of_files(studio, files)
    return studio, generation.held_out_subjects(studio, count=held_out)
