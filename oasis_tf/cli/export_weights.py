"""python -m oasis_tf export-weights"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.io.terminal import echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow


def export_weights(
    run: Annotated[Path, typer.Option(file_okay=False, help="Run folder of the trained model.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the .pth files.")],
):
    """Writes a run's weights as the official PyTorch files."""
    with sentences_for_errors():
        from oasis_tf.runs.folder import RunFolder

        folder = RunFolder(run)
        folder.require_any_checkpoint()
        start_tensorflow()
        from oasis_tf.weights.import_export import export_run

        exported, files = export_run(folder, out)
    widest = max(len(str(path)) for path in files.values())
    echo(f"Exported {exported}.")
    for network, path in files.items():
        echo(f"  {str(path):<{widest}}  {_about(network, has_ema='ema_generator' in files)}")


def _about(network, *, has_ema):
    if network == "ema_generator" or network == "generator" and not has_ema:
        return "the EMA generator, norm statistics recalibrated"
    return {
        "generator": "the generator in training",
        "discriminator": "the discriminator",
        "encoder": "the encoder, which is a part of that generator",
    }[network]
