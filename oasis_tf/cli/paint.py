"""python -m oasis_tf paint"""

import webbrowser
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.painting_options import Run, Which
from oasis_tf.io.terminal import echo
from oasis_tf.runs.which_checkpoint import Checkpoint


class Backend(StrEnum):
    """What runs the network."""

    AUTO = "auto"
    PAGE = "page"
    TENSORFLOW = "tensorflow"


def paint(
    run: Run = Path("landscapes"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Others than 127.0.0.1 are open to others.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    backend: Annotated[
        Backend,
        typer.Option(
            help="page: the browser runs the network. tensorflow: this process does. auto: the "
            "page, up to 64 MB."
        ),
    ] = Backend.AUTO,
    examples: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of label maps that the page offers."),
    ] = None,
    which: Which = Checkpoint.LATEST,
):
    """Serves a page to paint label maps in, which shows the photograph."""
    with sentences_for_errors(interrupted="\nEnded."), ExitStack() as held:
        from oasis_tf.runs.shipped import run_folder
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        folder = run_folder(run)
        checkpoint = folder.require_checkpoint(which.value)
        start_tensorflow()
        from oasis_tf.paint.site import open_site

        server = held.enter_context(
            open_site(
                folder,
                checkpoint,
                address=(host, port),
                in_page={"page": True, "tensorflow": False}.get(backend.value),
                examples=examples,
            )
        )
        echo(f"Painting with {checkpoint}: {server.url}  (Ctrl-C ends it)")
        if browser:
            webbrowser.open(server.url)
        server.serve_forever()
