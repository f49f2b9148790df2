"""The report of a data set's survey: JSON, text, a chart and a sheet of training pairs."""

import json
from pathlib import Path

from rich.table import Table

from oasis_tf.data.class_table import ARROW, values_text
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.file_mark import marked_json
from oasis_tf.io.output_files import require_writable
from oasis_tf.io.terminal import counted, echo, table_text
from oasis_tf.visualization import charts
from oasis_tf.visualization.class_chart import class_chart, percent
from oasis_tf.visualization.sheet import save_png

REPORT, CHART = "report.json", "class_frequencies.png"
PAIRS = "training_pairs.png"


def as_json(surveys):
    """One object of JSON's types.

    Args:
        surveys: dict of split's name to `Survey`.
    Returns: dict with this program's mark, and
        ok: bool, whether there is no problem;
        splits: split to `Survey.as_json`: pairs, usable, height and width (min, median, max, or
            null), frequent_sizes (height, width, pairs), problems (path, kind, reason);
        classes: list of id, name, label_map_values (the ids or RGB colours that mean it in label
            maps; null for rendered ones), and by split pixels, share (of all pixels), images
            (with it);
        never_seen: the names of classes, other than void, that no label map holds.
    """
    source = next(iter(surveys.values())).source
    label_code = getattr(source, "label_code", None)
    values = label_code.values() if label_code else [None] * source.num_classes
    classes = [
        {
            "id": class_id,
            "name": name,
            "label_map_values": values[class_id],
            "pixels": {split: int(found.pixels[class_id]) for split, found in surveys.items()},
            "share": {split: float(found.shares[class_id]) for split, found in surveys.items()},
            "images": {split: int(found.images[class_id]) for split, found in surveys.items()},
        }
        for class_id, name in enumerate(source.class_names)
    ]
    found = {
        "ok": not any(found.problems for found in surveys.values()),
        "splits": {split: found.as_json() for split, found in surveys.items()},
        "classes": classes,
        "never_seen": [c["name"] for c in classes[1:] if not any(c["pixels"].values())],
    }
    return marked_json(found)


def require_writable_report(folder, *, overwrite):
    """OutputError if `write` would replace files that this program did not make."""
    require_writable([Path(folder, name) for name in (REPORT, CHART, PAIRS)], overwrite=overwrite)


def write(surveys, folder, *, title, pairs=None):
    """Writes report.json, class_frequencies.png and training_pairs.png, each atomically.

    Args:
        surveys: see `as_json`. folder: is made if it is missing.
        title: str, of the chart.
        pairs: uint8 (h, w, 3), the sheet of training pairs, or None for none.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = next(iter(surveys.values())).source
    chart = class_chart(
        {split: found.shares for split, found in surveys.items()},
        class_names=source.class_names,
        palette=source.palette,
        title=title,
    )
    with whole_file(folder / REPORT) as temporary:
        temporary.write_text(json.dumps(as_json(surveys), indent=2) + "\n", encoding="utf-8")
    charts.save(chart, folder / CHART)
    if pairs is not None:
        save_png(pairs, folder / PAIRS)


def show(surveys):
    """Prints classes, sizes and, last, every problem to stdout."""
    report = as_json(surveys)
    echo(table_text(_class_table(report)))
    if report["never_seen"]:
        echo(f"Never seen: {', '.join(report['never_seen'])}")
    for split, found in report["splits"].items():
        echo(_sizes(split, found))
    for found in report["splits"].values():
        for problem in found["problems"]:
            echo(f"{problem['kind']}: {problem['reason']}")
    count = sum(len(found["problems"]) for found in report["splits"].values())
    were = "was" if count == 1 else "were"
    echo("No problem was found." if report["ok"] else f"{counted(count, 'problem')} {were} found.")


def _class_table(report):
    known = any(row["label_map_values"] for row in report["classes"])
    kind = "colour" if _is_by_color(report["classes"]) else "id"
    headings = [f"your {kind}", f"{ARROW} class"] if known else ["id", "class"]
    table = Table(*headings, box=None, pad_edge=False)
    for split in report["splits"]:
        table.add_column(f"{split}: pixels", justify="right")
        table.add_column("images", justify="right")
    rows = [row for row in report["classes"] if not known or row["label_map_values"]]
    for row in sorted(rows, key=lambda row: -sum(row["pixels"].values())):
        cells = []
        for split in report["splits"]:
            seen = row["pixels"][split] > 0
            cells += [
                percent(row["share"][split]) if seen else "never",
                f"{row['images'][split]:,}",
            ]
        shown = values_text(row["label_map_values"]) if known else str(row["id"])
        table.add_row(shown, row["name"], *cells)
    return table


def _is_by_color(classes):
    """Whether label maps show these classes, dicts of JSON, in colours."""
    return any(type(value) is list for row in classes for value in row["label_map_values"] or ())


def _sizes(split, found):
    """One line about one split."""
    line = f"{split}: {counted(found['pairs'], 'pair')}, {found['usable']:,} usable"
    if not found["usable"]:
        return line
    for axis in ("height", "width"):
        spread = found[axis]
        line += f"; {axis} {spread['min']} to {spread['max']}, median {spread['median']:g}"
    frequent = ", ".join(
        f"{size['height']}x{size['width']} ({size['pairs']:,})" for size in found["frequent_sizes"]
    )
    return f"{line}; most frequent {frequent}"
