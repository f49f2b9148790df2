"""python -m oasis_tf export hub"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.export.hub.format import Format
from oasis_tf.io.terminal import echo


def hub(
    run: Run,
    out: Annotated[Path, typer.Option(file_okay=False, help="New folder, to be uploaded.")],
    data_license: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Licence of the training data, in words, for the model card."
        ),
    ],
    license: Annotated[
        str, typer.Option(metavar="ID", help="Licence of the weights, such as apache-2.0.")
    ] = "other",
    format: Annotated[
        Format, typer.Option(help="What runs without this package; .tflite is in float16.")
    ] = Format.SAVED_MODEL,
    which: Which = Checkpoint.LATEST,
    data_root: DataRoot = None,
):
    """Writes a folder for Hugging Face's or Kaggle's hub: generator, samples, model card."""
    with sentences_for_errors():
        from oasis_tf.runs.shipped import run_folder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        checkpoint = run_folder(run).require_checkpoint(which.value)
        start_tensorflow()
        with working(f"Exporting and verifying {out}"):
            from oasis_tf.export.hub.folder import write_hub_folder

            write_hub_folder(
                checkpoint,
                out,
                data_license=data_license,
                license=license,
                format=format,
                data_root=data_root,
            )
    echo(f"Wrote {out}: README.md, samples.png, the generator, and a {format} verified against it.")
    echo(f"  look    {out}/README.md")
    echo(f"  upload  hf upload USER/NAME {out}    (docs/hub.md)")
