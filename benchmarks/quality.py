"""Compares runs by judges that none of them was trained with.

    python -m benchmarks.quality --out DIR --judge SEGMENTER.keras RUN [RUN ...]
        [--data CONFIG] [--data-root DIR] [--steps 300,600] [--step-seconds FILE]
        [--features vgg16] [--samples 2] [--set evaluation.num_images=100]

Each snapshot of each run (its checkpoints' EMA generators; `training.keep_last` says how many a run
keeps) generates images of the same held-out label maps with the same noise. Measured are mIoU and
accuracy by a U-Net of `train-segmenter`, the kernel distance in VGG16's features with its standard
error, and MS-SSIM and feature distance between samples (diversity). Run folders NAME-seed1, NAME-
seed2, ... are one recipe, NAME. The file of `benchmarks.step_seconds` turns steps into seconds;
without it only training images are equal.

DIR gets comparison.md, .json, .png (chart), pictures.png (a column a recipe, its first run) and
measured.json, by which nothing is measured twice.
"""

import argparse
import json
import sys
from pathlib import Path

from oasis_tf.config import ConfigError, load_config
from oasis_tf.evaluation.comparison import recipes as grouping
from oasis_tf.evaluation.comparison.chart import comparison_chart
from oasis_tf.evaluation.comparison.page import document, markdown
from oasis_tf.evaluation.comparison.photographs import photographs_of
from oasis_tf.evaluation.comparison.picture import comparison_sheet
from oasis_tf.evaluation.comparison.snapshots import measured_snapshots, snapshots_of
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.json_file import read_json
from oasis_tf.runs.checkpoint_files import CheckpointError
from oasis_tf.runs.folder import RunError
from oasis_tf.runtime.tensorflow_start import start_tensorflow
from oasis_tf.segmenters import SegmenterError
from oasis_tf.visualization import charts, sheet

BATCH_SIZE = 16
USERS_ERRORS = (
    CheckpointError,
    ConfigError,
    EvaluationError,
    RunError,
    SegmenterError,
    VGG16WeightsError,
)


def main():
    arguments = parse_arguments()
    snapshots = snapshots_of(arguments.runs, steps=arguments.steps)
    configs = {each.run: load_config(each.path / "config.yaml") for each in snapshots}
    grouping.require_same_recipe(configs)
    config = load_config(
        arguments.data or snapshots[0].path / "config.yaml",
        data_root=arguments.data_root,
        overrides=[*overrides_of(arguments), *arguments.overrides],
    )
    devices = start_tensorflow("none")
    measured = measured_snapshots(
        snapshots,
        config=config,
        devices=devices,
        batch_size=BATCH_SIZE,
        store=arguments.out / "measured.json",
    )
    evaluations = list(measured)
    reference = photographs_of(
        evaluations[-1], config=config, devices=devices, batch_size=BATCH_SIZE
    )
    recipes = grouping.recipes_of(evaluations, seconds_per_step=arguments.step_seconds)
    write(arguments.out, recipes, evaluations, reference=reference)
    draw_pictures(arguments.out, snapshots, config=config)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--judge", type=Path, required=True, help="a file of train-segmenter")
    parser.add_argument("--data", help="config of the held-out pairs; by default the first run's")
    parser.add_argument("--data-root")
    parser.add_argument(
        "--steps", type=numbers, default=(), help="such as 300,600; by default all that are kept"
    )
    parser.add_argument(
        "--step-seconds", type=numbers_of_file, help="JSON: recipe to seconds of a step"
    )
    parser.add_argument("--features", default="vgg16", choices=("vgg16", "inception"))
    parser.add_argument("--samples", type=int, default=2, help="images a label map, for diversity")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", dest="overrides")
    return parser.parse_args()


def numbers(text):
    """300,600 -> [300, 600]."""
    return [int(number) for number in text.split(",")]


def numbers_of_file(path):
    """dict of recipe to seconds of a step, from the file of `benchmarks.step_seconds`."""
    try:
        return {name: float(seconds) for name, seconds in read_json(Path(path)).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from error


def overrides_of(arguments):
    metrics = "kid,miou,diversity" if arguments.samples > 1 else "kid,miou"
    return [
        f"evaluation.metrics=[{metrics}]",
        f"evaluation.samples={max(2, arguments.samples)}",
        "evaluation.diversity_backbone=vgg16",
        f"evaluation.features={arguments.features}",
        "evaluation.segmenter.kind=keras",
        f"evaluation.segmenter.model={json.dumps(str(arguments.judge))}",
    ]


def write(folder, recipes, evaluations, *, reference):
    """Page, JSON and chart."""
    metrics, data = evaluations[-1]["metrics"], evaluations[-1]["data"]
    names = {"kid": metrics["kid"]["name"]}
    segmenter, real = metrics["miou"]["segmenter"], metrics["kid"]["num_real"]
    height, width = data["image_size"]
    about = [
        f"One image for each of {data['num_images']:,} held-out label maps, {height}x{width}, "
        f"compared with {real:,} photographs; the same label maps and noise for all.",
        f"mIoU and accuracy: {segmenter['name']}, trained on photographs.",
        "MS-SSIM and feature distance (VGG16): of samples of one label map.",
        "Row of photographs: held-out ones as the segmenter reads them, and the kernel distance of "
        "training photographs to held-out ones.",
    ]
    about_all = {"reference": reference, "names": names}
    page = markdown(recipes, about=about, **about_all)
    facts = json.dumps(document(recipes, **about_all), indent=1, ensure_ascii=False)
    for name, text in (("comparison.md", page), ("comparison.json", facts + "\n")):
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    title = f"{data['num_images']:,} held-out label maps, {height}x{width}"
    figure = comparison_chart(recipes, title=title, notes=about, **about_all)
    charts.save(figure, folder / "comparison.png")
    print(page)


def draw_pictures(folder, snapshots, *, config):
    """The last snapshot of each recipe's first run."""
    chosen = {}
    for snapshot in snapshots:
        name = grouping.recipe_name(snapshot.run)
        first = chosen.setdefault(name, snapshot)
        if first.run == snapshot.run:
            chosen[name] = snapshot
    picture = comparison_sheet(
        list(chosen.values()),
        headings=[f"{name}, {each.step:,}" for name, each in chosen.items()],
        config=config,
        title="The same label maps and noise",
    )
    sheet.save_png(picture, folder / "pictures.png")


if __name__ == "__main__":
    try:
        main()
    except USERS_ERRORS as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
