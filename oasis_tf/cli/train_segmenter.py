"""python -m oasis_tf train-segmenter"""

import json
import math
import re
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import EXIT_BY_SIGNAL, sentences_for_errors
from oasis_tf.cli.options import (
    MAX_BATCH,
    MAX_EPOCHS,
    MAX_WIDTH,
    DataRoot,
    Overrides,
    print_warnings,
)
from oasis_tf.io.terminal import counted, echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow

PLAIN = re.compile(r"[\w./][\w./ -]*")  # of YAML's scalars, those that are texts for certain


def train_segmenter(
    config: Annotated[Path, typer.Option(help="Experiment, a YAML file; its data is used.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The .keras file to be written.")],
    data_root: DataRoot = None,
    overrides: Overrides = None,
    architecture: Annotated[
        str,
        typer.Option(help="unet, or a preset of keras-hub's MiT encoder, for SegFormer."),
    ] = "unet",
    channels: Annotated[
        int,
        typer.Option(min=1, max=MAX_WIDTH, help="Channels of the U-Net's first level."),
    ] = 16,
    epochs: Annotated[
        int, typer.Option(min=1, max=MAX_EPOCHS, help="Passes over the training images.")
    ] = 60,
    batch_size: Annotated[int, typer.Option(min=1, max=MAX_BATCH, help="Images a step.")] = 8,
    learning_rate: Annotated[
        float, typer.Option(min=1e-8, max=1, help="Highest learning rate; it falls to 0.")
    ] = 2e-3,
    balance: Annotated[
        float,
        typer.Option(min=0, max=1, help="Exponent of class weights: 0 for none, 1 as in OASIS."),
    ] = 0.5,
):
    """Trains a segmenter on the data's real images, to measure mIoU with."""
    with sentences_for_errors():
        from oasis_tf.config import load_config

        experiment = load_config(
            config, overrides=overrides or (), data_root=data_root, classes_from_data=True
        )
        print_warnings(experiment)
        start_tensorflow()
        from oasis_tf.data import with_found_classes
        from oasis_tf.io.progress import track
        from oasis_tf.training.segmenter import SegmenterTraining

        training = SegmenterTraining(
            config=with_found_classes(experiment, track=track),
            out=out,
            architecture=architecture,
            channels=channels,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            balance=balance,
            command=shlex.join(["python", "-m", "oasis_tf", *sys.argv[1:]]),
        )
        _say_what_begins(training)
        finished = training.fit()
        if training.lost_output:
            raise training.lost_output
    _say_what_came_of_it(training, finished)
    if not finished:
        raise typer.Exit(EXIT_BY_SIGNAL + training.stopped_by)


def _say_what_begins(training):
    height, width = training.size
    echo(
        f"Training {training.architecture} ({training.network.count_params():,} parameters) on "
        f"{counted(len(training.data.source), 'image')} of {height}x{width}, "
        f"{counted(training.steps_per_epoch, 'step')} an epoch, {counted(training.epochs, 'epoch')}"
    )


def _say_what_came_of_it(training, finished):
    if training.best is None:
        echo("Stopped before the first step was finished: nothing was saved.")
        return
    names, best = training.data.class_names, training.best
    how = "Trained" if finished else "Stopped"
    echo(
        f"{how}. The best network reads the {len(training.data.held_out):,} held-out images with "
        f"mIoU {best.miou:.4f}, pixel accuracy {best.accuracy:.4f}."
    )
    for name, iou in list(zip(names, best.per_class_iou(), strict=True))[1:]:
        echo(f"  {name:20} {'never seen' if math.isnan(iou) else f'{iou:.4f}'}")
    model = shlex.quote(f"evaluation.segmenter.model={_as_yaml(training.out)}")
    echo(
        f"  segmenter  {training.out}\n"
        "  measure    python -m oasis_tf evaluate --run RUN --metrics miou "
        f"--set evaluation.segmenter.kind=keras --set {model}"
    )


def _as_yaml(path):
    """A path as a YAML text, in quotes where needed."""
    text = str(path)
    return text if PLAIN.fullmatch(text) else json.dumps(text)
