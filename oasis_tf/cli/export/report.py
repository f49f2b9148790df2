"""python -m oasis_tf export report"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.io.terminal import echo


def report(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="New folder; by default exported/STEP in the run."),
    ] = None,
    which: Which = Checkpoint.LATEST,
    data_root: DataRoot = None,
    check_gpu: Annotated[
        bool,
        typer.Option("--gpu/--no-gpu", help="Run .tflite files on a GPU too."),
    ] = True,
    allow_loss: Annotated[
        bool,
        typer.Option("--allow-loss", help="Keep lossy variants that miss their limits."),
    ] = False,
):
    """Exports all variants, and compares them in a table and a picture."""
    with sentences_for_errors():
        from oasis_tf.runs.shipped import run_folder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        checkpoint = run_folder(run, writable=out is None).require_checkpoint(which.value)
        out = out or run / "exported" / checkpoint.name
        start_tensorflow()
        with working(f"Painting with {checkpoint}") as show:
            from oasis_tf.export.comparison.report import write_report

            result = write_report(
                checkpoint,
                out,
                data_root=data_root,
                allow_loss=allow_loss,
                check_gpu=check_gpu,
                progress=lambda name, position, total: show(f"{position} of {total}: {name}"),
            )
        from oasis_tf.export.verification.difference import MismatchError

    echo(f"Wrote {out}: report.md, report.json, report.png and")
    for row in result.rows:
        echo(f"  {row.name:<11} {_outcome(row)}")
    missed = [row for row in result.rows if row.held is False]
    for row in missed:
        kept = "WARNING: kept by --allow-loss" if row.file else "Error: deleted"
        for reason in row.reasons:
            echo(f"{kept}: {row.name} {reason}", err=True)
    if any(row.file is None for row in missed):
        raise typer.Exit(MismatchError.exit_code)


def _outcome(row):
    if row.verification is None:
        return f"not made: {row.reasons[0]}" if row.held is None else "deleted"
    times = ", ".join(
        f"{1000 * seconds:.1f} ms on {threads} thread{'s' if threads > 1 else ''}"
        for threads, seconds in row.seconds.items()
    )
    gpu = f", GPU: {row.verification.gpu.state}" if row.verification.gpu else ""
    state = f"{row.bytes / 1e6:.2f} MB" if row.file else "deleted"
    return f"{state}, {row.verification.difference}, {times}{gpu}"
