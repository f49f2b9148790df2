"""python -m export tflite"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.io.terminal import echo

MAX_CALIBRATION = 1_000  # images, all in memory; ranges hardly change after a few hundred


class Quantize(StrEnum):
    """What becomes smaller than float32."""

    NONE = "none"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"


class Output(StrEnum):
    """What the image's numbers are."""

    FLOAT32 = "float32"
    UINT8 = "uint8"


def tflite(
    run: Run,
    out: Annotated[Path, typer.Option(dir_okay=False, help="FILE.tflite; FILE.json goes with it.")],
    quantize: Annotated[
        Quantize,
        typer.Option(
            help="float16: the weights. dynamic: int8 weights. int8: weights and activations, "
            "whose ranges are found on label maps of the training set."
        ),
    ] = Quantize.NONE,
    output: Annotated[
        Output, typer.Option(help="The image: float32 in 0..1, or uint8 in 0..255.")
    ] = Output.FLOAT32,
    which: Which = Checkpoint.LATEST,
    data_root: DataRoot = None,
    calibration: Annotated[
        int,
        typer.Option(
            min=1, max=MAX_CALIBRATION, help="How many images int8 paints to find its ranges."
        ),
    ] = 100,
    check_gpu: Annotated[
        bool, typer.Option("--gpu/--no-gpu", help="Run it on a GPU too, where there is Vulkan.")
    ] = True,
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Write it even if it is off its limits.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE, and FILE.json.")
    ] = False,
):
    """Writes FILE.tflite for phones, proven equal to the live model by running it."""
    with sentences_for_errors():
        from oasis_tf.runs.folder import RunFolder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        checkpoint = RunFolder(run).require_checkpoint(which.value)
        start_tensorflow()
        with working(f"Exporting and proving {out}"):
            from oasis_tf.export.tflite.exporter import export_tflite

            proof = export_tflite(
                checkpoint,
                out,
                quantize=quantize.value,
                output=output.value,
                calibration=calibration,
                data_root=data_root,
                allow_loss=allow_loss,
                check_gpu=check_gpu,
                overwrite=overwrite,
            )
    for fault in proof.faults():
        echo(f"WARNING: kept by --allow-loss, though it {fault}", err=True)
    echo(f"Wrote {out} ({out.stat().st_size / 1e6:.2f} MB), which fresh processes ran:")
    echo(f"  CPU  {proof.difference}; allowed: {proof.limit}")
    echo(f"  GPU  {proof.gpu}")
    echo(f"Its inputs, classes and colours: {out.with_suffix('.json')}")
