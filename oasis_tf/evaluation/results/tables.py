"""Tables of results, as Markdown and as text."""

import itertools
import re

from rich.table import Table
from rich.text import Text

from oasis_tf.config.metrics import registered_metrics
from oasis_tf.evaluation.metrics.miou import percentage
from oasis_tf.evaluation.results.class_groups import iou_of
from oasis_tf.io.terminal import table_text
from oasis_tf.visualization.class_chart import percent

ABOUT = ("model", "data", "images")  # columns before those of the metrics
IMAGES = {"real": "real images", "fake": "painted images"}
NOTHING = "–"
SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def columns():
    """Headings of all columns: what was evaluated, then those of each registered metric."""
    of_metrics = [metric.columns for metric in registered_metrics().values()]
    return (*ABOUT, *itertools.chain(*of_metrics))


def comparison_table(evaluations, references):
    """One row a published figure, then one an evaluation.

    Args:
        evaluations: list of `Evaluation`. references: list of `Reference`.
    """
    rows = [_published(reference) for reference in references]
    measured = [[escaped(cell) for cell in row] for row in rows_of(evaluations)]
    return _table(columns(), [*rows, *measured])


def brief_table(evaluations):
    """The measured columns of evaluations as plain text for a terminal, a row each.

    Data and names of networks are left out, so that few metrics fit in 80 columns; several
    protocols of a metric have marks.

    Args:
        evaluations: list of `Evaluation`.
    """
    rows, headings = rows_of(evaluations, brief=True), columns()
    shown = [i for i in range(len(headings)) if any(row[i] != NOTHING for row in rows)]
    shown.remove(headings.index("data"))
    table = Table(*(headings[i] for i in shown), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(row[i]) for i in shown))
    return table_text(table)


def class_table(evaluation):
    """Every class's share, texture and IoU, most frequent first; None without classes.

    Args:
        evaluation: `Evaluation`.
    """
    if not evaluation.classes:
        return None
    scores = evaluation.scores()
    traits = sorted(evaluation.classes, key=lambda trait: (-trait.share, trait.id))
    rows = [
        [
            escaped(trait.name),
            percent(trait.share),
            NOTHING if trait.texture is None else f"{trait.texture:.4f}",
            *(percentage(iou_of(of_kind)(trait.id)) for of_kind in scores.values()),
        ]
        for trait in traits
    ]
    return _table(
        ["class", "share", "texture", *(f"IoU of {IMAGES[kind]}, %" for kind in scores)], rows
    )


def escaped(text):
    """Text on one line, with the special characters of Markdown escaped."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _published(reference):
    """A row of a published figure."""
    fid_heading, miou_heading = (registered_metrics()[name].columns[0] for name in ("fid", "miou"))
    fid, miou = reference.fid, reference.miou
    by = f" by {reference.segmenter}" if reference.segmenter else ""
    cells = {
        "model": reference.model,
        "data": reference.data,
        "images": reference.protocol,
        fid_heading: None if fid is None else f"{fid:.1f}",
        miou_heading: None if miou is None else f"{miou:.1f}{by}",
    }
    return [escaped(cells.get(heading) or NOTHING) for heading in columns()]


def rows_of(evaluations, *, brief=False):
    """The texts under `columns`, of each evaluation.

    Args:
        brief: bool, leave out the names of networks.
    """
    cells = [_about(evaluation) for evaluation in evaluations]
    for name, metric in registered_metrics().items():
        marks = marks_of(evaluations, name)
        for row, evaluation, mark in zip(cells, evaluations, marks, strict=True):
            if name in evaluation.measured:
                _, result = evaluation.measured[name]
                row += [f"{text}{mark}" for text in metric.row(result, brief=brief)]
            else:
                row += [NOTHING] * len(metric.columns)
    return cells


def marks_of(evaluations, name):
    """For each evaluation the mark of a metric's protocol: " [1]", " [2]", …

    Empty where the metric has no protocol, and where that of all evaluations is the same.
    """
    protocols = [evaluation.protocol_of(name) for evaluation in evaluations]
    distinct = []
    for protocol in protocols:
        if protocol is not None and protocol not in distinct:
            distinct.append(protocol)
    return [
        f" [{distinct.index(protocol) + 1}]" if protocol is not None and len(distinct) > 1 else ""
        for protocol in protocols
    ]


def _about(evaluation):
    data = evaluation.data
    height, width = data.image_size
    return [
        evaluation.title,
        f"{evaluation.data_name}, {data.split}",
        f"{data.num_images:,} of {height}x{width}",
    ]


def _table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
