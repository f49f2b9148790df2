"""python -m export onnx"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.export.onnx.packages import NEWEST_OPSET, OLDEST_OPSET, OPSET
from oasis_tf.io.terminal import echo


def onnx(
    run: Run,
    out: Annotated[Path, typer.Option(dir_okay=False, help="FILE.onnx; FILE.json goes with it.")],
    opset: Annotated[
        int,
        typer.Option(min=OLDEST_OPSET, max=NEWEST_OPSET, help="Version of ONNX's operators."),
    ] = OPSET,
    which: Which = Checkpoint.LATEST,
    data_root: DataRoot = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE, and FILE.json.")
    ] = False,
):
    """Writes FILE.onnx, proven equal to the live model by onnxruntime."""
    with sentences_for_errors():
        from oasis_tf.runs.folder import RunFolder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        checkpoint = RunFolder(run).require_checkpoint(which.value)
        start_tensorflow()
        with working(f"Exporting and proving {out}"):
            from oasis_tf.export.onnx.exporter import export_onnx

            difference = export_onnx(
                checkpoint, out, opset=opset, data_root=data_root, overwrite=overwrite
            )
    echo(f"Wrote {out} ({out.stat().st_size / 1e6:.2f} MB), which a fresh process ran:")
    echo(f"  onnxruntime  {difference}")
    echo(f"Its inputs, classes and colours: {out.with_suffix('.json')}")
