"""Options of the verbs that send requests to a server."""

from pathlib import Path
from typing import Annotated

import typer

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 0.001, 86_400


def _checked_timeout(seconds: float) -> float:
    if not SHORTEST_TIMEOUT <= seconds <= LONGEST_TIMEOUT:  # also true for NaN
        raise typer.BadParameter(f"expected {SHORTEST_TIMEOUT} to {LONGEST_TIMEOUT} seconds")
    return seconds


URL = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Of the server: http://127.0.0.1:8501 if not given; with --grpc 127.0.0.1:8500.",
    ),
]
Labels = Annotated[Path, typer.Option(help="Label PNG, or a folder of them.")]
Model = Annotated[str, typer.Option(help="The server's name for the model.")]
Timeout = Annotated[
    float,
    typer.Option(callback=_checked_timeout, help="Seconds for a request and its answer."),
]
GRPC = Annotated[bool, typer.Option("--grpc", help="Use gRPC instead of REST.")]
