"""python -m oasis_tf generate"""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.left_out import end_with_left_out, listed
from oasis_tf.cli.options import MAX_HELD_OUT
from oasis_tf.cli.painting_options import (
    BatchSize,
    Checkpoint,
    Format,
    IdsOfArrays,
    LabelIds,
    Labels,
    Out,
    Precision,
    Run,
    Samples,
    Seed,
    Which,
)
from oasis_tf.io.terminal import counted, echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow

NUM_HELD_OUT = 6


def generate(
    run: Run,
    out: Out,
    labels: Labels = None,
    label_ids: IdsOfArrays = LabelIds.CLASSES,
    instances: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder of instance maps (.png) with the names of --labels, for a run with "
            "generator.edges.",
        ),
    ] = None,
    held_out: Annotated[
        int,
        typer.Option(
            min=1, max=MAX_HELD_OUT, help="Number of held-out label maps, without --labels."
        ),
    ] = NUM_HELD_OUT,
    samples: Samples = 1,
    seed: Seed = 0,
    resample: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS[,CLASS]",
            help="Draw new noise inside of these classes (names, or ids in your label PNGs); "
            "keep the noise of --seed elsewhere.",
        ),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="PNG: draw the noise anew where it is not black. With or without --resample.",
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show label map, real and painted side by side.")
    ] = False,
    reals: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder of real photographs with the names of --labels, to compare.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="Of the photographs.")] = Format.PNG,
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of JPEGs.")] = 92,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing photographs.")
    ] = False,
    batch_size: BatchSize = 8,
    precision: Annotated[
        Precision, typer.Option(help="bfloat16 is faster on processors that support it.")
    ] = Precision.FLOAT32,
    which: Which = Checkpoint.LATEST,
):
    """Generates photographs from label maps, and a contact sheet."""
    with sentences_for_errors(interrupted="Interrupted; repeat the command to resume."):
        from oasis_tf.runs.shipped import run_folder

        path = run_folder(run).require_checkpoint(which.value)
        start_tensorflow()
        from oasis_tf import generation

        files = generation.label_files(labels) if labels else []
        generation.require_comparable(labels=labels, reals=reals, compare=compare)
        sampler = generation.Sampler(
            path, precision=precision.value, label_ids=label_ids.value, gives_instances=True
        )
        generation.require_instances(sampler, labels=labels, instances=instances)
        plan = generation.plan_of(sampler, seed=seed, resample=resample, mask=mask)
        if labels:
            label_map_inputs = generation.label_maps_of_files(
                sampler, files, reals=reals, instances=instances
            )
        else:
            label_map_inputs = generation.held_out_label_maps(sampler, count=held_out)
        output_folder = generation.OutputFolder(
            out, samples=samples, format=format.value, quality=quality, overwrite=overwrite
        )
        output_folder.require_writable(label_map_inputs, compare=compare or reals is not None)
        edited = []
        if not labels:
            edited = generation.write_label_maps(
                sampler, label_map_inputs, out / "labels", instances=out / "instances"
            )
        painted = generation.paint_all(
            sampler,
            label_map_inputs,
            output_folder,
            plan=plan,
            batch_size=batch_size,
            compare=compare or reals is not None,
        )
    _report(sampler, painted, output_folder, compare=compare or reals is not None)
    _warn(painted, edited, total=len(label_map_inputs))
    if not labels:
        _say_fewer(held_out, len(label_map_inputs))
        instances_too = f" --instances {quote(f'{out}/instances')}" if sampler.edges else ""
        echo(
            f"  label maps     {out}/labels/\n"
            "  your own       edit one of these (a pixel's id or colour is its class), then\n"
            f"                 python -m oasis_tf generate --run {quote(str(run))} --out painted "
            f"--labels {quote(f'{out}/labels')}{instances_too}"
        )
    end_with_left_out(painted.left_out, total=len(label_map_inputs))


def _say_fewer(wanted, found):
    if found < wanted != NUM_HELD_OUT:  # the default
        echo(f"Note: the run has no more than {counted(found, 'held-out label map')}.", err=True)


def _warn(painted, edited, *, total):
    if painted.untouched:
        count = f"{len(painted.untouched):,} of {counted(total, 'label map')}"
        echo(
            f"Warning: there is no pixel to redraw in {count}, "
            f"so their samples are equal: {listed(painted.untouched)}",
            err=True,
        )
    if edited:
        echo(
            f"Note: {listed(map(str, edited))} differ from the run's label maps and were kept; "
            "the photographs are of the run's label maps",
            err=True,
        )


def _report(sampler, painted, output_folder, *, compare):
    height, width = sampler.size
    found = f"; {painted.found:,} existed already" if painted.found else ""
    lines = [
        f"Painted {counted(painted.written, 'photograph')} of {height}x{width}{found}. "
        "Label maps of other sizes were resized to it.",
        f"  photographs    {output_folder.folder}/",
        f"  all at once    {output_folder.contact_sheet}",
    ]
    if compare:
        lines.append(f"  side by side   {output_folder.comparison('').parent}/")
    echo("\n".join(lines))
