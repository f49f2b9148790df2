"""python -m oasis_tf explore VERB"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.left_out import end_with_left_out
from oasis_tf.cli.painting_options import (
    MAX_SEED,
    BatchSize,
    Checkpoint,
    IdsOfArrays,
    LabelIds,
    Labels,
    Out,
    Overwrite,
    Run,
    Samples,
    Seed,
    Which,
)
from oasis_tf.io.terminal import echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow

NUM_TO_CHOOSE_FROM = 200  # held-out label maps, of which directions take those with the class
NUM_TO_APPLY_TO = 6

explore = typer.Typer(
    help="Shows what noise does: walks between seeds, grids of them, directions of brightness …",
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
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    seeds: Annotated[
        list[int],
        typer.Option("--seed", min=0, max=MAX_SEED, help="To walk to; give two or more of them."),
    ] = (0, 1, 2),
    steps: Annotated[int, typer.Option(min=1, max=1000, help="From each seed to the next.")] = 8,
    path: Annotated[Route, typer.Option("--path", help="On an arc, or straight.")] = Route.BOTH,
    film: Annotated[Film, typer.Option(help="Format of the animations.")] = Film.WEBP,
    milliseconds: Annotated[
        int, typer.Option(min=20, max=60_000, help="How long a picture of them stays.")
    ] = 120,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Walks from seed to seed on each label map: a strip, and animations without end."""
    with sentences_for_errors():
        _, studio, subjects = _open(run, labels, label_ids, which, held_out=1)
        from oasis_tf.data import DataError
        from oasis_tf.exploration import interpolation
        from oasis_tf.io.left_out import LeftOut

        paths = ["spherical", "linear"] if path == Route.BOTH else [path.value]
        files = [
            interpolation.files_of(subject, out, paths=paths, film=film.value)
            for subject in subjects
        ]
        _prepare(out, sum(files, []), subjects, overwrite=overwrite)
        left_out = LeftOut(DataError)
        for subject in subjects:
            with left_out.noting(subject.name):
                written = interpolation.interpolate(
                    studio,
                    subject,
                    out,
                    seeds=seeds,
                    steps=steps,
                    paths=paths,
                    film=film.value,
                    milliseconds=milliseconds,
                    batch_size=batch_size,
                )
                _list(written)
        left_out.rest_of(subjects)
    end_with_left_out(left_out.reasons, total=len(subjects))


@explore.command()
def grid(
    run: Run,
    out: Out,
    labels: Labels = None,
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    samples: Annotated[int, typer.Option(min=2, max=64, help="How many seeds.")] = 12,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Paints each label map with many seeds, in one picture, and measures how much they differ."""
    with sentences_for_errors():
        checkpoint, studio, subjects = _open(run, labels, label_ids, which, held_out=1)
        from oasis_tf.data import DataError
        from oasis_tf.exploration import seed_grid
        from oasis_tf.io.left_out import LeftOut

        files = [seed_grid.files_of(subject, out) for subject in subjects]
        _prepare(out, sum(files, []), subjects, overwrite=overwrite)
        backbone = seed_grid.backbone_of(studio, checkpoint)
        left_out = LeftOut(DataError)
        for subject in subjects:
            with left_out.noting(subject.name):
                written, diversity = seed_grid.seed_grid(
                    studio,
                    subject,
                    out,
                    seeds=range(seed, seed + samples),
                    backbone=backbone,
                    batch_size=batch_size,
                )
                echo(f"{subject.name}: {seed_grid.summary(diversity)}")
                _list(written)
        left_out.rest_of(subjects)
        echo(f"Over {seed_grid.protocol(diversity)}.")
    end_with_left_out(left_out.reasons, total=len(subjects))


@explore.command()
def direction(
    run: Run,
    out: Out,
    attribute: Annotated[
        str,
        typer.Option(
            help="luminance, warmth, saturation or contrast, of the picture or of a class: "
            "sky.luminance."
        ),
    ],
    labels: Labels = None,
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    images: Annotated[
        int, typer.Option(min=16, max=100_000, help="How many pictures to fit on.")
    ] = 384,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Of noise, and of the choice of label maps.")
    ] = 0,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Finds the direction of noise that drives an attribute, and tests it on other label maps."""
    with sentences_for_errors():
        _, studio, subjects = _open(run, labels, label_ids, which, held_out=NUM_TO_CHOOSE_FROM)
        from oasis_tf.data import DataError
        from oasis_tf.exploration import direction_pictures, search
        from oasis_tf.exploration.attributes import Attribute
        from oasis_tf.io.left_out import LeftOut

        measured = Attribute.named(attribute, studio.class_names)
        _require_writable(direction_pictures.files_of(out), subjects, overwrite=overwrite)
        left_out = LeftOut(DataError)
        found, response = search.find(
            studio,
            subjects,
            attribute=measured,
            left_out=left_out,
            num_images=images,
            seed=seed,
            batch_size=batch_size,
        )
        out.mkdir(parents=True, exist_ok=True)
        written = direction_pictures.write(studio, found, response, out)
    echo(
        f"{found.attribute}: correlation {found.held_out_correlation:.3f} in "
        f"{found.held_out_images:,} pictures of {len(found.held_out_label_maps)} label maps that "
        f"the fit on {found.fit_images:,} pictures of {len(found.fit_label_maps)} did not see.\n"
        "There, by steps along the direction:"
    )
    for step, value in zip(found.steps, found.response, strict=True):
        echo(f"  {step:+3g}   {value:.3f}")
    _list(written)
    end_with_left_out(left_out.reasons, total=len(subjects))


@explore.command()
def apply(
    run: Run,
    out: Out,
    direction: Annotated[
        Path, typer.Option(dir_okay=False, help="The direction.json that `direction` wrote.")
    ],
    amount: Annotated[
        float,
        typer.Option(min=-100, max=100, help="Steps along it, standard deviations of the noise."),
    ],
    labels: Labels = None,
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    samples: Samples = 1,
    seed: Seed = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Paint again what is there already.")
    ] = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Paints photographs whose noise is moved along a direction."""
    with sentences_for_errors():
        _, studio, subjects = _open(run, labels, label_ids, which, held_out=NUM_TO_APPLY_TO)
        from oasis_tf.exploration.direction import Direction, ShiftedNoise
        from oasis_tf.generation import Album, paint_all

        moved = Direction.load(direction, studio=studio)
        plan = ShiftedNoise(moved, amount=amount, seed=seed)
        album = Album(out, samples=samples, overwrite=overwrite)
        album.require_writable(subjects)
        painted = paint_all(studio, subjects, album, plan=plan, batch_size=batch_size)
    echo(f"  photographs    {out}/\n  all at once    {album.contact_sheet}")
    end_with_left_out(painted.left_out, total=len(subjects))


def _open(run, labels, label_ids, which, *, held_out):
    """Path of the checkpoint, its `Studio`, and list of `Subject`."""
    from oasis_tf.runs.folder import RunFolder

    path = RunFolder(run).require_checkpoint(which.value)
    start_tensorflow()
    from oasis_tf import generation

    files = generation.label_files(labels) if labels else []
    studio = generation.Studio(path, label_ids=label_ids.value)
    if labels:
        return path, studio, generation.subjects_of_files(studio, files)
    return path, studio, generation.held_out_subjects(studio, count=held_out)


def _prepare(out, files, subjects, *, overwrite):
    """Makes the folder, unless something there would be lost."""
    _require_writable(files, subjects, overwrite=overwrite)
    out.mkdir(parents=True, exist_ok=True)


def _require_writable(files, subjects, *, overwrite):
    from oasis_tf.io.output_files import require_elsewhere, require_writable

    inputs = [path for subject in subjects for path in subject.inputs]
    require_writable(files, overwrite=overwrite, inputs=inputs)
    for folder in {Path(file).parent for file in files}:
        require_elsewhere(folder, inputs=inputs)


def _list(paths):
    for path in paths:
        echo(f"  {path}")
