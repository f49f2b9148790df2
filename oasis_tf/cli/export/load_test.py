"""python -m oasis_tf export load-test"""

import json
from collections import Counter
from typing import Annotated

import typer

from oasis_tf.cli.exits import EXIT_FAILED, sentences_for_errors
from oasis_tf.cli.export.server_options import GRPC, URL, Labels, Model, Timeout
from oasis_tf.io.terminal import counted, echo, table_text
from oasis_tf.runtime.tensorflow_start import silent_stderr

DESCRIPTION = "Measuring; the first request of every client warms up and is not counted"
MOST_CLIENTS, LARGEST_BATCH, MOST_REQUESTS = 256, 256, 100_000


def whole_numbers(text: str, *, at_most: int) -> tuple[int, ...]:
    """Parses "1,2,4": a tuple of int, each in [1, at_most]."""
    try:
        numbers = tuple(int(word) for word in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(1 <= number <= at_most for number in numbers):
        raise typer.BadParameter(f"expected whole numbers from 1 to {at_most} like 1,2,4")
    return numbers


def load_test(
    labels: Labels,
    url: URL = None,
    concurrency: Annotated[
        str, typer.Option(metavar="N,N…", help="Requests at the same time, one test each.")
    ] = "1,2,4,8",
    batch: Annotated[
        str, typer.Option(metavar="N,N…", help="Label maps in a request, one test each.")
    ] = "1,4",
    requests: Annotated[
        int, typer.Option(min=1, max=MOST_REQUESTS, help="Requests of each test.")
    ] = 100,
    model: Model = "oasis",
    timeout: Timeout = 60.0,
    grpc: GRPC = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
):
    """Measures a running server: requests and images a second, and latencies."""
    clients = whole_numbers(concurrency, at_most=MOST_CLIENTS)
    batches = whole_numbers(batch, at_most=LARGEST_BATCH)
    with sentences_for_errors():
        from oasis_tf.export.client import connect
        from oasis_tf.export.client.files import label_files, read_label_png
        from oasis_tf.export.client.load_test import measure
        from oasis_tf.io.progress import track

        label_pngs = [read_label_png(path) for path in label_files(labels)]
        with silent_stderr():  # importing the gRPC stubs imports TensorFlow, which logs
            connect(url, model=model, timeout=timeout, grpc=grpc).close()

        def new_client():
            return connect(url, model=model, timeout=timeout, grpc=grpc, batch=max(batches))

        settings = [(count, size) for size in batches for count in clients]
        results = [
            measure(new_client, label_pngs, concurrency=count, batch=size, num_requests=requests)
            for count, size in track(settings, description=DESCRIPTION, total=len(settings))
        ]
    summaries = [result.summary() for result in results]
    echo(json.dumps(summaries, indent=2)) if as_json else _print_table(summaries)
    errors = sum((result.errors for result in results), start=Counter())
    for sentence, count in errors.most_common(3):
        echo(f"Error: {counted(count, 'request')}: {sentence}", err=True)
    if errors:
        raise typer.Exit(EXIT_FAILED)


def _print_table(summaries):
    from rich.table import Table

    table = Table(
        "clients", "batch", "requests/s", "images/s", "p50 ms", "p90 ms", "p99 ms", "errors"
    )
    for column in table.columns:
        column.justify = "right"
    for row in summaries:
        latencies = [row[f"latency_p{percent}_ms"] for percent in (50, 90, 99)]
        table.add_row(
            str(row["concurrency"]),
            str(row["batch"]),
            f"{row['requests_per_second']:.1f}",
            f"{row['images_per_second']:.1f}",
            *("-" if latency is None else f"{latency:.1f}" for latency in latencies),
            str(sum(row["errors"].values())),
        )
    echo(table_text(table))
