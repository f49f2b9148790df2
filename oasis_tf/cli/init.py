"""python -m oasis_tf init"""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.io.terminal import echo


def init(
    data_root: Annotated[
        Path, typer.Option("--data-root", file_okay=False, help="Folder of your pictures.")
    ],
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="The config to write; never over a file.")
    ] = Path("my.yaml"),
):
    """Looks at a folder of pictures and writes a config that can be trained."""
    with sentences_for_errors():
        from oasis_tf.first_config.writing import require_new, write

        require_new(out)
        from oasis_tf.data.inspect.findings import inspect
        from oasis_tf.first_config.machine import this_machine
        from oasis_tf.first_config.proposal import propose
        from oasis_tf.first_config.text import questions, summary, train_command, warnings
        from oasis_tf.io.progress import say, track

        say(f"Listing the files of {data_root}")
        findings = inspect(data_root, track=track)
        proposal = propose(findings, this_machine())
        written = write(proposal, out)
    echo(f"Wrote {', '.join(map(str, reversed(written)))}")
    echo("\n".join(f"  {line}" for line in summary(proposal)))
    for warning in warnings(proposal):
        echo(f"Warning: {warning}")
    for question in questions(proposal):
        echo(f"Question: {question}")
    echo(f"  look     python -m oasis_tf validate-data --config {quote(str(out))}")
    echo(f"  train    python -m oasis_tf {train_command(proposal, out)}")
