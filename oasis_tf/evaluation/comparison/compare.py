"""Compares runs on the same held-out pairs by the same judges, and writes what was found."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from oasis_tf.config import load_config
from oasis_tf.evaluation.comparison import recipes as grouping
from oasis_tf.evaluation.comparison.alike import require_alike, with_instances
from oasis_tf.evaluation.comparison.chart import comparison_chart
from oasis_tf.evaluation.comparison.hours import seconds_per_step
from oasis_tf.evaluation.comparison.judges import with_common_judges
from oasis_tf.evaluation.comparison.page import document, equal_budget, markdown
from oasis_tf.evaluation.comparison.photographs import photographs_of
from oasis_tf.evaluation.comparison.picture import comparison_sheet
from oasis_tf.evaluation.comparison.snapshots import (
    Snapshot,
    facts_by_run,
    measured_snapshots,
)
from oasis_tf.evaluation.comparison.store import Store
from oasis_tf.evaluation.results.references import of_data
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.runs.folder import CONFIG, RunFolder
from oasis_tf.visualization import charts, sheet

PAGE, FACTS, CHART, FIGURE = "comparison.md", "comparison.json", "comparison.png", "figure_1.png"
MEASURED = "measured.json"
FILES = (PAGE, FACTS, CHART, FIGURE, MEASURED)


def require_comparable(snapshots: Sequence[Snapshot]) -> None:
    """EvaluationError unless runs have the same data, and seeds of a recipe the same settings."""
    configs = _configs(snapshots)
    require_alike(configs)
    grouping.require_same_recipe(configs)


def _configs(snapshots):
    """Run to `Config`."""
    return {each.run: load_config(each.path / CONFIG) for each in snapshots}


def compare(
    snapshots: Sequence[Snapshot],
    folder: Path,
    *,
    config,
    devices,
    batch_size: int,
    seed: int = 0,
    references: Sequence = (),
    step_seconds: Mapping[str, float] | None = None,
) -> list[Path]:
    """Measures what is not yet in the folder's `MEASURED`, and writes the other `FILES`.

    Args:
        snapshots: see `snapshots_of`; of runs that `require_comparable` accepts.
        folder: of the files; created.
        config: `Config` of the held-out pairs and wanted metrics, see `with_common_judges`.
        devices: `Devices`. batch_size: int, photographs at a time. seed: int, of the noise.
        references: list of `Reference`; those of the data are shown.
        step_seconds: dict of recipe to seconds of a training step; by default as the runs logged.
    Returns: paths of the page, its JSON, the chart if there is one, and figure 1.
    Raises: EvaluationError and those of `measured_snapshots`.
    """
    config = with_common_judges(with_instances(config, _configs(snapshots)))
    store = Store(folder / MEASURED)
    networks = facts_by_run(snapshots, store)
    evaluations = list(
        measured_snapshots(
            snapshots,
            config=config,
            devices=devices,
            batch_size=batch_size,
            store=store,
            seed=seed,
            without_noise=[run for run, facts in networks.items() if not facts["has_noise"]],
            out_folder=folder,
        )
    )
    recipes = grouping.recipes_of(
        evaluations,
        networks=networks,
        seconds_per_step={run: _step_seconds(run, step_seconds) for run in networks},
    )
    reference = photographs_of(
        evaluations[-1], config=config, devices=devices, batch_size=batch_size
    )
    published = of_data(references, config.data.source)
    figure = _draw_figure(folder, snapshots, recipes, config=config)
    return [*_write(folder, recipes, evaluations, reference, published), figure]


def _step_seconds(run, step_seconds):
    if step_seconds is not None:
        return step_seconds.get(grouping.recipe_name(run))
    return seconds_per_step(RunFolder(Path(run)).metrics)


def _write(folder, recipes, evaluations, reference, published):
    """Chart, JSON and page."""
    shared = {"reference": reference, "names": _names(evaluations)}
    about = [*left_out(recipes), *_about(evaluations)]
    data = evaluations[-1]["data"]
    height, width = data["image_size"]
    title = f"{data['num_images']:,} held-out label maps, {height}x{width}"
    figure = comparison_chart(recipes, title=title, notes=about, **shared)
    if figure is not None:
        charts.save(figure, folder / CHART)
    facts = document(recipes, **shared) | {"protocol": about}
    page = markdown(
        recipes,
        about=about,
        figure=FIGURE,
        chart=figure and CHART,
        published=published,
        **shared,
    )
    for name, text in (
        (FACTS, json.dumps(facts, indent=1, ensure_ascii=False) + "\n"),
        (PAGE, page),
    ):
        with whole_file(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    written = [folder / PAGE, folder / FACTS]
    return [*written, folder / CHART] if figure is not None else written


def _names(evaluations):
    """What "kid" and "fid" are called in their network."""
    metrics = evaluations[-1]["metrics"]
    return {name: metrics[name]["name"] for name in ("kid", "fid") if name in metrics}


def left_out(recipes):
    """Sentences about recipes of which not every run has a snapshot at the point of the table."""
    for recipe, point in equal_budget(recipes):
        if point.runs < len(recipe.runs):
            yield (
                f"{recipe.name}: {point.runs} of {len(recipe.runs)} runs, those that have a "
                f"checkpoint at step {point.step:,}."
            )


def _about(evaluations):
    """Sentences about the judges."""
    metrics, data = evaluations[-1]["metrics"], evaluations[-1]["data"]
    height, width = data["image_size"]
    about = [
        f"{data['num_images']:,} held-out label maps of {height}x{width}; the same label maps and "
        f"seeds for all."
    ]
    for name in ("fid", "kid"):
        if name in metrics:
            found = metrics[name]
            about.append(
                f"{found['name']}: {found['num_fake']:,} fakes and {found['num_real']:,} "
                "photographs."
            )
    if "miou" in metrics:
        judge = metrics["miou"]["segmenter"]["name"]
        about.append(f"mIoU and accuracy: {judge}, on fakes against their label maps.")
    diverse = [
        each["metrics"]["diversity"] for each in evaluations if "diversity" in each["metrics"]
    ]
    if diverse:
        distance = diverse[-1]["feature_distance"]["name"]
        about.append(
            f"MS-SSIM and feature distance ({distance}): between {diverse[-1]['samples']} images "
            "of one label map; – for a generator without noise."
        )
    about += [
        "Row of photographs: held-out ones as the segmenter reads them, and the kernel distance of "
        "training photographs to held-out ones.",
        "Multiply-adds: of the convolutions of the folded generator. Seconds an image: median of "
        "single images on this machine. Hours: of training, with reports and checkpoints.",
    ]
    return about


def _draw_figure(folder, snapshots, recipes, *, config):
    """Figure 1: a column a recipe, of its first run, at the point of the table."""
    columns = []
    for recipe, point in equal_budget(recipes):
        columns.append(
            next(
                each
                for each in snapshots
                if each.step == point.step and grouping.recipe_name(each.run) == recipe.name
            )
        )
    picture = comparison_sheet(
        columns,
        headings=[recipe.name for recipe in recipes],
        config=config,
        title="The same label maps and seeds",
    )
    sheet.save_png(picture, folder / FIGURE)
    return folder / FIGURE
