"""python -m oasis_tf import-weights"""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.options import Overrides, print_warnings
from oasis_tf.io.terminal import echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow

MAX_STEP = 2**31 - 1


def import_weights(
    checkpoint: Annotated[
        Path,
        typer.Option(
            help="Folder with best_EMA.pth, best_G.pth, best_D.pth (OASIS) or latest_net_G.pth, "
            "latest_net_D.pth (SPADE, Pix2Pix), latest_net_E.pth (SPADE with noise); or a "
            "generator's file."
        ),
    ],
    config: Annotated[Path, typer.Option(help="Config of their experiment, a YAML file.")],
    run_dir: Annotated[Path, typer.Option(file_okay=False, help="New run folder.")],
    overrides: Overrides = None,
    step: Annotated[
        int,
        typer.Option(min=0, max=MAX_STEP, help="Number of training steps of the weights."),
    ] = 0,
):
    """Converts official PyTorch weights into a run that can generate and train."""
    with sentences_for_errors():
        from oasis_tf.config import load_config
        from oasis_tf.runs.folder import RunFolder

        folder = RunFolder(run_dir)
        folder.require_new()
        experiment = load_config(config, overrides=overrides or ())
        print_warnings(experiment)
        start_tensorflow()
        from oasis_tf.weights.import_export import import_run

        origins = import_run(checkpoint, config=experiment, folder=folder, step=step)
    height, width = experiment.data.image_size
    encoder = ""
    if "encoder" in origins:
        encoder = f"  encoder        {_origin_text(origins['encoder'])}\n"
    echo(
        f"Imported as step {step:,} of {run_dir}: {experiment.data.num_classes} classes with "
        f"void, {height}x{width}.\n"
        f"  EMA generator  {_origin_text(origins['ema_generator'])}; norm statistics of the file\n"
        f"  generator      {_origin_text(origins['generator'])}\n"
        f"  discriminator  {_origin_text(origins['discriminator'])}\n"
        f"{encoder}"
        "  optimizers     fresh; official files contain none\n"
        f"  paint          python -m oasis_tf generate --run {quote(str(run_dir))} --out painted "
        "--labels FILE_OR_FOLDER\n"
        f"  go on          python -m oasis_tf train --resume --run-dir {quote(str(run_dir))} "
        "--data-root DIR"
    )
    if origins["discriminator"].path is None:
        echo(
            "Warning: the discriminator is untrained. This run can generate; in training the "
            "discriminator is far behind the generator at first.",
            err=True,
        )


def _origin_text(origin):
    if origin.path is None:
        return "fresh weights; there is no file for it"
    return f"{origin.path}" if origin.is_own else f"a copy of {origin.path}"
