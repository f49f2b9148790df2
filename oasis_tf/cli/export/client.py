"""python -m oasis_tf export client"""

from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.server_options import GRPC, URL, Labels, Model, Timeout
from oasis_tf.cli.left_out import end_with_left_out
from oasis_tf.io.terminal import echo
from oasis_tf.runtime.tensorflow_start import silent_stderr

MAX_SEED = 2**63 - 1


def client(
    labels: Labels,
    out: Annotated[Path, typer.Option(help="The image; for a folder of label maps, a folder.")],
    url: URL = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Of the noise, for all.")] = 0,
    model: Model = "oasis",
    timeout: Timeout = 60.0,
    grpc: GRPC = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace images that exist.")
    ] = False,
):
    """Sends label maps to a server of the exported SavedModel, and writes its images."""
    with sentences_for_errors():
        from oasis_tf.export.client import connect
        from oasis_tf.export.client.files import OF_ONE_LABEL_MAP, paint_file, pairs_of_files
        from oasis_tf.io.left_out import LeftOut
        from oasis_tf.io.progress import track

        pairs = pairs_of_files(labels, out, overwrite=overwrite)
        with silent_stderr():  # importing the gRPC stubs imports TensorFlow, which logs
            server = connect(url, model=model, timeout=timeout, grpc=grpc)
        left_out = LeftOut(*OF_ONE_LABEL_MAP)
        with server:
            for source, target in track(pairs, description="Painting", total=len(pairs)):
                with left_out.noting(source.name):
                    paint_file(server, source, target, seed=seed)
        painted = left_out.require_some([source.name for source, _ in pairs])
    where = out if labels.is_dir() else pairs[0][1]
    plural = "" if len(painted) == 1 else "s"
    echo(f"Painted {len(painted)} photograph{plural} with seed {seed}: {where}")
    end_with_left_out(left_out.reasons, total=len(pairs))
