"""python -m oasis_tf export web"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.io.terminal import echo
from oasis_tf.runs.which_checkpoint import Checkpoint


def web(
    run: Run,
    out: Annotated[Path, typer.Option(help="New folder, for any web host.")],
    examples: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of label maps that the page offers."),
    ] = None,
    name: Annotated[str, typer.Option(help="Title of the page.  [default: the run's]")] = "",
    cdn: Annotated[
        bool, typer.Option("--cdn", help="Load LiteRT.js from a CDN instead of the folder.")
    ] = False,
    which: Which = Checkpoint.LATEST,
):
    """Writes a page to paint in, which runs the network in the browser."""
    with sentences_for_errors():
        from oasis_tf.io import progress
        from oasis_tf.runs.shipped import run_folder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        folder = run_folder(run)
        checkpoint = folder.require_checkpoint(which.value)
        start_tensorflow()
        from oasis_tf.export.web.folder import write_folder

        with working(f"Exporting and verifying {out}"):
            write_folder(
                folder,
                checkpoint,
                out,
                name=name,
                examples=examples,
                cdn=cdn,
                say=progress.say,
            )
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    echo(
        f"Wrote {out} ({size / 1e6:.1f} MB), its network verified in a fresh process.\n"
        f"  look    python -m http.server --bind 127.0.0.1 --directory {out} 8000\n"
        "  then    http://127.0.0.1:8000/"
    )
