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

        exported = export_run(folder, out)
    echo(
        f"Exported {exported}.\n"
        f"  {out}/best_EMA.pth  the EMA generator, norm statistics recalibrated\n"
        f"  {out}/best_G.pth    the generator in training\n"
        f"  {out}/best_D.pth    the discriminator"
    )
