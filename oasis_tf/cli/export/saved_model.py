"""python -m export saved-model"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.export.versions import MAX_VERSION
from oasis_tf.io.terminal import echo


def saved_model(
    run: Run,
    out: Annotated[
        Path, typer.Option(file_okay=False, help="The model's folder; versions go below it.")
    ],
    version: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_VERSION, help="Number of the version; else the next one."),
    ] = None,
    which: Which = Checkpoint.LATEST,
    data_root: DataRoot = None,
):
    """Writes DIR/VERSION/ for TensorFlow Serving, proven equal to the live model."""
    with sentences_for_errors():
        from oasis_tf.export.versions import next_version
        from oasis_tf.runs.folder import RunFolder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        checkpoint = RunFolder(run).require_checkpoint(which.value)
        target = out / str(version or next_version(out))
        start_tensorflow()
        with working(f"Exporting and proving {target}"):
            from oasis_tf.export.saved_model.exporter import export_saved_model

            differences = export_saved_model(checkpoint, target, data_root=data_root)
    echo(f"Wrote {target}, and a fresh process saw each signature paint the same:")
    for signature, difference in differences.items():
        echo(f"  {signature:<16} {difference}")
    echo("How to serve it: export/serving/README.md")
