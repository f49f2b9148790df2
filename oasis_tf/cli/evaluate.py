"""python -m oasis_tf evaluate"""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.options import MAX_DEVICES, DataRoot, Overrides
from oasis_tf.cli.painting_options import BatchSize, Run, Seed
from oasis_tf.io.terminal import echo, printable
from oasis_tf.runs.which_checkpoint import Checkpoints
from oasis_tf.runtime.tensorflow_start import start_tensorflow


def _require_json(path):
    if path is not None and path.suffix != ".json":
        raise typer.BadParameter(printable(f"{path} is no .json; the other files take its name"))
    return path


def evaluate(
    run: Run,
    config: Annotated[
        Path | None,
        typer.Option(help="Its `data` and `evaluation` are used.  [default: the run's config]"),
    ] = None,
    data_root: DataRoot = None,
    overrides: Overrides = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[,NAME]",
            help="Such as fid,miou; a wrong name lists all.  [default: evaluation.metrics]",
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=1000,  # every pair of them is compared
            help="Photographs a label map, for diversity.  [default: evaluation.samples]",
        ),
    ] = None,
    inception_weights: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="File of FID's Inception: the .pth, or the .npz converted from it."
        ),
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Published figures to show.  [default: configs/references.yaml of a clone]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            callback=_require_json,
            dir_okay=False,
            help="A .json; tables and charts go to its folder.  [default: RUN/evaluation/…]",
        ),
    ] = None,
    which: Annotated[
        Checkpoints,
        typer.Option("--checkpoint", help="The newest, the best_metric's, or all there are."),
    ] = Checkpoints.LATEST,
    seed: Seed = 0,
    batch_size: BatchSize = 8,
    strategy: Annotated[
        Literal["none", "mirrored"],
        typer.Option(help="none: one device. mirrored: GPUs of this machine."),
    ] = "none",
    devices: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_DEVICES, help="Number of GPUs.  [default: all]"),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace files there that this program did not make."),
    ] = False,
):
    """Scores a run on held-out data: FID, KID, mIoU, diversity."""
    with sentences_for_errors():
        from oasis_tf.config import load_config
        from oasis_tf.io.output_files import is_own, require_writable
        from oasis_tf.runs.shipped import run_folder

        folder = run_folder(run, writable=out is None)
        paths = folder.require_checkpoints(which.value)
        experiment = load_config(
            config or paths[-1] / folder.config.name,
            overrides=[
                *(overrides or ()),
                *([f"evaluation.metrics=[{metrics}]"] if metrics else ()),
                *([f"evaluation.samples={samples}"] if samples else ()),
                *([_weights_override(inception_weights)] if inception_weights else ()),
            ],
            data_root=data_root,
        )
        from oasis_tf.evaluation import results

        published = results.read_references(references)
        out = out or folder.results
        require_writable(results.files_of(out), overwrite=overwrite)
        evaluations = [e.as_json() for e in results.read(out)] if is_own(out) else []
        opened = start_tensorflow(strategy, num_devices=devices)
        from oasis_tf.evaluation.checkpoints import evaluate_checkpoints

        for evaluation in evaluate_checkpoints(
            paths,
            config=experiment,
            devices=opened,
            batch_size=batch_size,
            seed=seed,
            out_folder=out.parent,
        ):
            evaluations = results.merged(evaluations, {"run": str(run), **evaluation})
            written = results.write(out, evaluations, references=published, overwrite=overwrite)
        if out.resolve() == folder.results.resolve() and folder.report.exists():
            from oasis_tf.report import write_report

            written.append(write_report(folder, overwrite=overwrite))
    echo(results.summary(evaluations))
    for path in written:
        echo(f"  {path}")


def _weights_override(path):
    return f"evaluation.inception_weights={json.dumps(str(path))}"  # JSON is YAML
