"""The page: progress, curves, classes, pictures, config and commands."""

import math
import shlex
from datetime import UTC, datetime

from oasis_tf.config import load_config
from oasis_tf.config.metrics import registered_metrics
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.output_files import require_writable
from oasis_tf.report.class_table import class_table
from oasis_tf.report.curves import charts
from oasis_tf.report.evaluations import evaluation_section
from oasis_tf.report.markup import document, node
from oasis_tf.report.pictures import sample_figures
from oasis_tf.report.records import read_records
from oasis_tf.report.scale import short
from oasis_tf.report.style import STYLE
from oasis_tf.runs import checkpoint_files

SHOWN_ELSEWHERE = {"class_names", "palette"}


def require_writable_report(folder, *, overwrite=False):
    """OutputError if `report.html` was not made by this program and may not be replaced."""
    remedy = "move it out of the run folder, or replace it with: report --overwrite"
    require_writable([folder.report], overwrite=overwrite, remedy=remedy)


def write_report(folder, *, overwrite=False):
    """Writes `report.html` of a run, atomically, from the files in its folder.

    Args:
        folder: `RunFolder`.
        overwrite: bool, replace a page of this name that this program did not make.
    Returns: the page's path.
    Raises: RunError, ConfigError, ReportError, OutputError, each a sentence.
    """
    folder.require_config()
    require_writable_report(folder, overwrite=overwrite)
    config = load_config(folder.config)
    metrics, held_out, evaluations = map(
        read_records, (folder.metrics, folder.held_out_scores, folder.evaluation_scores)
    )
    body = [
        *_header(folder, config, metrics, held_out, evaluations),
        *_section("Curves", charts(metrics, held_out, evaluations) or [_nothing_yet()]),
        *_section("Pictures", sample_figures(folder.samples)),
        *_classes(config, metrics, held_out),
        *_section("Evaluation", evaluation_section(folder.results)),
        *_section("Going on", [_commands(folder, config, metrics)]),
        *_section("Configuration", _config_cards(config), layout="columns"),
        node("footer", f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by OASIS in Keras."),
    ]
    page = document(title=f"{_name(folder)} · OASIS", style=STYLE, body=body)
    with whole_file(folder.report) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return folder.report


def _name(folder):
    return folder.path.resolve().name


def _section(title, elements, *, layout="grid"):
    """A heading over elements in rows ("grid") or "columns"; nothing if there are none."""
    return [node("h2", title), node("div", *elements, class_=layout)] if elements else []


def _nothing_yet():
    return node("p", "No epoch has ended yet.", class_="soft")


def _header(folder, config, metrics, held_out, evaluations):
    data, training = config.data, config.training
    height, width = data.image_size
    summary = (
        f"{data.info.title or data.source}, {height}x{width}, {_number_of_classes(data)}, "
        f"batches of {training.batch_size}"
    )
    yield node("h1", _name(folder))
    yield node("p", summary, class_="soft")
    written = max(records.last_step for records in (metrics, held_out, evaluations))
    step = max(written, _saved_step(folder))
    scored = {kind: held_out.where("images", kind).last("miou") for kind in ("real", "fake")}
    tiles = [
        (f"{step:,}", "steps"),
        (f"{_epoch(metrics)} of {training.epochs}", "epochs"),
        (_number(scored["real"]), "mIoU on held-out images"),
        (_number(scored["fake"]), "mIoU on fakes of their maps"),
        (_number(metrics.last("seconds_per_step")), "seconds a step, last epoch"),
    ]
    for metric in registered_metrics().values():
        value = evaluations.last(metric.name)
        if metric.tile and math.isfinite(value):
            tiles.insert(2, (_number(value), metric.tile))
    yield node(
        "ul", *(node("li", node("b", b), node("span", value)) for b, value in tiles), class_="tiles"
    )


def _number_of_classes(data):
    """The number of classes; void counts only if label maps can contain it."""
    if data.label_colors is not None:
        has_void = bool(data.label_colors[0])
    else:
        has_void = data.void_id is not None or 0 in (data.id_map or {}).values()
    return (
        f"{data.num_classes} classes with void" if has_void else f"{data.num_classes - 1} classes"
    )


def _saved_step(folder):
    newest = checkpoint_files.latest(folder.checkpoints)
    return checkpoint_files.step_of(newest) if newest else 0


def _epoch(metrics):
    epoch = metrics.last("epoch")
    return int(epoch) if math.isfinite(epoch) else 0


def _number(value):
    return "–" if math.isnan(value) else short(value)


def _classes(config, metrics, held_out):
    table = class_table(held_out, config.data.palette)
    if table is None:
        return
    yield node("h2", "IoU of each class")
    yield node(
        "p",
        "How well the discriminator finds a class in held-out images, and in fakes that the EMA "
        f"generator painted on their label maps; step {held_out.last_step:,}.",
        class_="soft",
    )
    yield table


def _commands(folder, config, metrics):
    run, epochs = shlex.quote(str(folder.path)), config.training.epochs
    longer = f" --set training.epochs={2 * epochs}" if _epoch(metrics) >= epochs else ""
    commands = {
        "Train on": f"python -m oasis_tf train --resume --run-dir {run}{longer}",
        "Paint": f"python -m oasis_tf generate --run {run} --out painted --labels FILE_OR_FOLDER",
        "Look closer": f"tensorboard --logdir {shlex.quote(str(folder.tensorboard))}",
        "This page again": f"python -m oasis_tf report --run {run}",
    }
    items = []
    for what, command in commands.items():
        items += [node("dt", what), node("dd", node("pre", command))]
    return node("dl", *items, class_="card wide")


def _config_cards(config):
    sections = config.model_dump(mode="json")
    model = {"model": sections.pop("model")}
    for section, keys in {"model": model, **sections}.items():
        rows = [
            node("tr", node("th", key, scope="row"), node("td", _said(value)))
            for key, value in keys.items()
            if key not in SHOWN_ELSEWHERE
        ]
        table = node("table", node("tbody", *rows))
        yield node("div", node("h3", section), table, class_="card config")


def _said(value):
    """A config's value in the style of YAML."""
    if isinstance(value, list):
        return ", ".join(_said(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(entry)}" for key, entry in value.items())
    if value is None or isinstance(value, bool):
        return {None: "–", True: "true", False: "false"}[value]
    return str(value)
