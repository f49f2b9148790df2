"""python -m oasis_tf compare"""

import json
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.options import DataRoot, Overrides
from oasis_tf.cli.painting_options import BatchSize, Overwrite, Seed
from oasis_tf.io.terminal import echo
from oasis_tf.runs.which_checkpoint import Checkpoints
from oasis_tf.runtime.tensorflow_start import start_tensorflow


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Run folders of the same data. NAME-seed1, NAME-seed2, ... are one recipe, NAME.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Folder for the results.")],
    segmenter: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="File of train-segmenter, for mIoU and accuracy of all runs."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Its `data` and `evaluation` are used.  [default: the first run's config]"
        ),
    ] = None,
    data_root: DataRoot = None,
    overrides: Overrides = None,
    metrics: Annotated[
        str, typer.Option(metavar="NAME[,NAME]", help="What to measure, as far as it is to be had.")
    ] = "fid,kid,miou,diversity",
    samples: Annotated[
        int,
        typer.Option(min=2, max=1000, help="Images a label map, for diversity."),
    ] = 2,
    which: Annotated[
        Checkpoints,
        typer.Option("--checkpoint", help="Of each run: the newest, the best, or all there are."),
    ] = Checkpoints.LATEST,
    inception_weights: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="File of FID's Inception: the .pth, or the .npz converted from it."
        ),
    ] = None,
    step_seconds: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="JSON: recipe to seconds of a training step, of benchmarks.step_seconds.  "
            "[default: as the runs logged]",
        ),
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Published figures to show.  [default: the package's]"),
    ] = None,
    seed: Seed = 0,
    batch_size: BatchSize = 16,
    overwrite: Overwrite = False,
):
    """Compares runs on the same held-out pairs: a table, a chart and pictures."""
    with sentences_for_errors(interrupted="Interrupted; the same command goes on from here."):
        from oasis_tf.config import load_config
        from oasis_tf.evaluation.results import read_references
        from oasis_tf.io.output_files import require_writable

        published = read_references(references)
        devices = start_tensorflow("none")
        from oasis_tf.evaluation.comparison import compare as comparing
        from oasis_tf.evaluation.comparison.hours import read_step_seconds
        from oasis_tf.evaluation.comparison.snapshots import snapshots_of

        require_writable([out / name for name in comparing.FILES], overwrite=overwrite)
        snapshots = snapshots_of(runs, which.value)
        comparing.require_comparable(snapshots)
        experiment = load_config(
            config or snapshots[0].path / "config.yaml",
            data_root=data_root,
            overrides=[
                *(overrides or ()),
                f"evaluation.metrics=[{metrics}]",
                f"evaluation.samples={samples}",
                *(_segmenter_overrides(segmenter) if segmenter else ()),
                *(
                    [_file_override("inception_weights", inception_weights)]
                    if inception_weights
                    else ()
                ),
            ],
        )
        written = comparing.compare(
            snapshots,
            out,
            config=experiment,
            devices=devices,
            batch_size=batch_size,
            seed=seed,
            references=published,
            step_seconds=None if step_seconds is None else read_step_seconds(step_seconds),
        )
    echo(written[0].read_text(encoding="utf-8"))
    for path in written:
        echo(f"  {path}")


def _segmenter_overrides(path):
    return [
        "evaluation.segmenter.kind=keras",
        _file_override("segmenter.model", path),
    ]


def _file_override(key, path):
    return f"evaluation.{key}={json.dumps(str(path))}"  # JSON is YAML
