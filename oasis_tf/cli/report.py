"""python -m oasis_tf report"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.io.terminal import echo


def report(
    run: Annotated[Path, typer.Option(file_okay=False, help="Run folder.")],
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace a report.html made by others."),
    ] = False,
):
    """Writes the run's report.html again; also possible during training."""
    with sentences_for_errors():
        from oasis_tf.report import write_report
        from oasis_tf.runs.shipped import run_folder

        echo(f"Wrote {write_report(run_folder(run, writable=True), overwrite=overwrite)}")
