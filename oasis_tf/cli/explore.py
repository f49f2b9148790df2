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
from oasis_tf.io.terminal import counted, echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow

NUM_TO_CHOOSE_FROM = 200  # held-out label maps; directions use those with the class
NUM_TO_APPLY_TO = 6

explore = typer.Typer(
    help="Shows the effect of noise: walks between seeds, grids, directions of attributes.",
    no_args_is_help=True,
)


class Route(StrEnum):
    """Path between two seeds."""

    SPHERICAL = "spherical"
    LINEAR = "linear"
    BOTH = "both"


class Film(StrEnum):
    """File format of animations."""

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
        typer.Option(
            "--seed",
            min=0,
            max=MAX_SEED,
            help="A seed of the walk; repeat the option for two or more.",
        ),
    ] = (0, 1, 2),
    steps: Annotated[
        int, typer.Option(min=1, max=1000, help="Pictures from each seed to the next.")
    ] = 8,
    path: Annotated[
        Route, typer.Option("--path", help="Along an arc, or along a line.")
    ] = Route.BOTH,
    film: Annotated[Film, typer.Option(help="Format of the animations.")] = Film.WEBP,
    milliseconds: Annotated[
        int, typer.Option(min=20, max=60_000, help="Duration of each picture of an animation.")
    ] = 120,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Walks from seed to seed on each label map: a strip, and looped animations."""
    with sentences_for_errors():
        _, sampler, label_map_inputs = _open(run, labels, label_ids, which, held_out=1)
        from oasis_tf.data import DataError
        from oasis_tf.exploration import interpolation
        from oasis_tf.io.left_out import LeftOut

        paths = ["spherical", "linear"] if path == Route.BOTH else [path.value]
        files = [
            interpolation.files_of(label_map_input, out, paths=paths, film=film.value)
            for label_map_input in label_map_inputs
        ]
        _prepare(out, sum(files, []), label_map_inputs, overwrite=overwrite)
        left_out = LeftOut(DataError)
        for label_map_input in label_map_inputs:
            with left_out.noting(label_map_input.name):
                written = interpolation.interpolate(
                    sampler,
                    label_map_input,
                    out,
                    seeds=seeds,
                    steps=steps,
                    paths=paths,
                    film=film.value,
                    milliseconds=milliseconds,
                    batch_size=batch_size,
                )
                _list(written)
        left_out.rest_of(label_map_inputs)
    end_with_left_out(left_out.reasons, total=len(label_map_inputs))


@explore.command()
def grid(
    run: Run,
    out: Out,
    labels: Labels = None,
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    samples: Annotated[int, typer.Option(min=2, max=64, help="Number of seeds.")] = 12,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Shows each label map with many seeds in one picture, and measures how much they differ."""
    with sentences_for_errors():
        checkpoint, sampler, label_map_inputs = _open(run, labels, label_ids, which, held_out=1)
        from oasis_tf.data import DataError
        from oasis_tf.exploration import seed_grid
        from oasis_tf.io.left_out import LeftOut

        files = [seed_grid.files_of(label_map_input, out) for label_map_input in label_map_inputs]
        _prepare(out, sum(files, []), label_map_inputs, overwrite=overwrite)
        backbone = seed_grid.backbone_of(sampler, checkpoint)
        left_out = LeftOut(DataError)
        for label_map_input in label_map_inputs:
            with left_out.noting(label_map_input.name):
                written, diversity = seed_grid.seed_grid(
                    sampler,
                    label_map_input,
                    out,
                    seeds=range(seed, seed + samples),
                    backbone=backbone,
                    batch_size=batch_size,
                )
                echo(f"{label_map_input.name}: {seed_grid.summary(diversity)}")
                _list(written)
        left_out.rest_of(label_map_inputs)
        echo(f"Over {seed_grid.protocol(diversity)}.")
    end_with_left_out(left_out.reasons, total=len(label_map_inputs))


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
        int, typer.Option(min=16, max=100_000, help="Number of pictures for the fit.")
    ] = 384,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Of noise, and of the choice of label maps.")
    ] = 0,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Finds the direction of noise that changes an attribute, and tests it on other label maps."""
    with sentences_for_errors():
        _, sampler, label_map_inputs = _open(
            run, labels, label_ids, which, held_out=NUM_TO_CHOOSE_FROM
        )
        from oasis_tf.data import DataError
        from oasis_tf.exploration import direction_pictures, search
        from oasis_tf.exploration.attributes import Attribute
        from oasis_tf.io.left_out import LeftOut

        measured = Attribute.named(attribute, sampler.class_names)
        _require_writable(direction_pictures.files_of(out), label_map_inputs, overwrite=overwrite)
        left_out = LeftOut(DataError)
        found, response = search.find(
            sampler,
            label_map_inputs,
            attribute=measured,
            left_out=left_out,
            num_images=images,
            seed=seed,
            batch_size=batch_size,
        )
        out.mkdir(parents=True, exist_ok=True)
        written = direction_pictures.write(sampler, found, response, out)
    echo(
        f"{found.attribute}: correlation {found.held_out_correlation:.3f} in "
        f"{found.held_out_images:,} pictures of "
        f"{counted(len(found.held_out_label_maps), 'label map')} that were not in the fit, on "
        f"{found.fit_images:,} pictures of {len(found.fit_label_maps)}.\n"
        "The attribute on these label maps, by steps along the direction:"
    )
    for step, value in zip(found.steps, found.response, strict=True):
        echo(f"  {step:+3g}   {value:.3f}")
    _list(written)
    end_with_left_out(left_out.reasons, total=len(label_map_inputs))


@explore.command()
def apply(
    run: Run,
    out: Out,
    direction: Annotated[
        Path, typer.Option(dir_okay=False, help="The direction.json of `explore direction`.")
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
        bool, typer.Option("--overwrite", help="Replace existing photographs.")
    ] = False,
    batch_size: BatchSize = 8,
    which: Which = Checkpoint.LATEST,
):
    """Generates photographs with noise moved along a direction."""
    with sentences_for_errors():
        _, sampler, label_map_inputs = _open(
            run, labels, label_ids, which, held_out=NUM_TO_APPLY_TO
        )
        from oasis_tf.exploration.direction import Direction, ShiftedNoise
        from oasis_tf.generation import OutputFolder, paint_all

        moved = Direction.load(direction, sampler=sampler)
        plan = ShiftedNoise(moved, amount=amount, seed=seed)
        output_folder = OutputFolder(out, samples=samples, overwrite=overwrite)
        output_folder.require_writable(label_map_inputs)
        painted = paint_all(
            sampler, label_map_inputs, output_folder, plan=plan, batch_size=batch_size
        )
    echo(f"  photographs    {out}/\n  all at once    {output_folder.contact_sheet}")
    end_with_left_out(painted.left_out, total=len(label_map_inputs))


def _open(run, labels, label_ids, which, *, held_out):
    """Path of the checkpoint, its `Sampler`, and list of `LabelMapInput`."""
    from oasis_tf.runs.shipped import run_folder

    path = run_folder(run).require_checkpoint(which.value)
    start_tensorflow()
    from oasis_tf import generation

    files = generation.label_files(labels) if labels else []
    sampler = generation.Sampler(path, label_ids=label_ids.value)
    if not sampler.has_smooth_noise:
        from oasis_tf.runs.folder import RunError

        raise RunError(
            f"{run}: the noise of this run is dropout, which has no z to explore: its masks have "
            "none between them; generate --samples shows several"
        )
    if labels:
        return path, sampler, generation.label_maps_of_files(sampler, files)
    return path, sampler, generation.held_out_label_maps(sampler, count=held_out)


def _prepare(out, files, label_map_inputs, *, overwrite):
    """Creates the folder, if its files may be written."""
    _require_writable(files, label_map_inputs, overwrite=overwrite)
    out.mkdir(parents=True, exist_ok=True)


def _require_writable(files, label_map_inputs, *, overwrite):
    from oasis_tf.io.output_files import require_elsewhere, require_writable

    inputs = [path for label_map_input in label_map_inputs for path in label_map_input.inputs]
    require_writable(files, overwrite=overwrite, inputs=inputs)
    for folder in {Path(file).parent for file in files}:
        require_elsewhere(folder, inputs=inputs)


def _list(paths):
    for path in paths:
        echo(f"  {path}")
