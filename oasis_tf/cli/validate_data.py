"""python -m oasis_tf validate-data"""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import EXIT_FAILED, sentences_for_errors
from oasis_tf.cli.options import DataRoot, Overrides, print_warnings
from oasis_tf.io.terminal import counted, echo
from oasis_tf.runtime.tensorflow_start import start_tensorflow


def validate_data(
    config: Annotated[Path, typer.Option(help="YAML file, or name of a packaged config.")],
    data_root: DataRoot = None,
    overrides: Overrides = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print only one JSON object to stdout.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder for report.json, class_frequencies.png and training_pairs.png, pairs "
            "before and after augmentation.",
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace files there that this program did not make."),
    ] = False,
):
    """Reads every file of both splits, and lists the unusable ones."""
    with sentences_for_errors():
        from oasis_tf.config import load_config

        experiment = load_config(
            config, overrides=overrides or (), data_root=data_root, classes_from_data=True
        )
        print_warnings(experiment)
        start_tensorflow()
        from oasis_tf.data import open_splits, with_found_classes
        from oasis_tf.data.dataset_info import SPLITS
        from oasis_tf.data.survey import survey
        from oasis_tf.io.output_files import require_elsewhere
        from oasis_tf.io.progress import track
        from oasis_tf.visualization import survey_report

        if out is not None:
            survey_report.require_writable_report(out, overwrite=overwrite)
        experiment = with_found_classes(experiment, track=track)
        opened = open_splits(check=False, **experiment.data.source_arguments())
        sources = dict(zip(SPLITS, opened, strict=True))
        if out is not None:
            data_folders = [folder for source in opened for folder in source.folders()]
            require_elsewhere(out, data_folders=data_folders)
        surveys = {
            split: survey(
                source,
                track=track,
                description=f"Reading {counted(len(source), 'pair')} of {split}",
            )
            for split, source in sources.items()
        }
        report = survey_report.as_json(surveys)
        if out is not None:
            survey_report.write(
                surveys,
                out,
                title=f"Classes of {_name_of(experiment.data)}",
                pairs=_sheet(experiment, sources["train"]) if report["ok"] else None,
            )
    if as_json:
        echo(json.dumps(report, indent=2))
    else:
        survey_report.show(surveys)
        if out is not None:
            echo(f"Written: {os.path.join(out, '')}")
    if not report["ok"]:
        raise typer.Exit(EXIT_FAILED)


def _sheet(experiment, source):
    """Training pairs before and after the config's augmentation: uint8 (h, w, 3)."""
    from oasis_tf.data import Augmentation
    from oasis_tf.visualization.training_pairs import training_pairs_sheet

    data = experiment.data
    return training_pairs_sheet(
        source,
        image_size=data.image_size,
        load_size=data.load_size,
        flip=data.flip,
        augment=Augmentation(**data.augment.model_dump()),
        seed=experiment.training.seed,
    )


def _name_of(data):
    """The data set's title, or the name of its folder."""
    return data.info.title or Path(data.root or data.source).resolve().name
