"""Results as Markdown, to be pasted into a README."""

import math
import re

from rich.table import Table
from rich.text import Text

from oasis_tf.evaluation.results.class_groups import iou_of
from oasis_tf.io.terminal import table_text
from oasis_tf.visualization.class_chart import percent

COLUMNS = (
    *("model", "data", "images", "FID ↓", "KID ↓", "mIoU, % ↑", "accuracy, % ↑"),
    *("MS-SSIM ↓", "feature distance ↑"),
)
IMAGES = {"real": "real images", "fake": "painted images"}
NOTHING = "–"
SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def comparison_table(evaluations, references):
    """One row a published figure, then one an evaluation.

    Args:
        evaluations: list of `Evaluation`. references: list of `Reference`.
    """
    rows = [_published(reference) for reference in references]
    measured = [[escaped(cell) for cell in row] for row in rows_of(evaluations)]
    return _table(COLUMNS, [*rows, *measured])


def brief_table(evaluations):
    """The measured columns of evaluations as plain text for a terminal, a row each.

    Data and segmenter are left out, so that few metrics fit in 80 columns; several segmenters are
    told apart by marks.

    Args:
        evaluations: list of `Evaluation`.
    """
    rows = rows_of(evaluations, is_by=False)
    shown = [i for i in range(len(COLUMNS)) if any(row[i] != NOTHING for row in rows)]
    shown.remove(COLUMNS.index("data"))
    table = Table(*(COLUMNS[i] for i in shown), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(row[i]) for i in shown))
    return table_text(table)


def class_table(evaluation):
    """Every class's share, texture and IoU, most frequent first; None if nothing is known of them.

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
            *(_percentage(iou_of(of_kind)(trait.id)) for of_kind in scores.values()),
        ]
        for trait in traits
    ]
    return _table(
        ["class", "share", "texture", *(f"IoU of {IMAGES[kind]}, %" for kind in scores)], rows
    )


def escaped(text):
    """Text of others on one line, shown as it is."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _published(reference):
    miou = reference.miou
    return [
        escaped(reference.model),
        escaped(reference.data),
        escaped(reference.protocol or NOTHING),
        NOTHING if reference.fid is None else f"{reference.fid:.1f}",
        NOTHING,
        NOTHING if miou is None else escaped(_by(f"{miou:.1f}", reference.segmenter)),
        *[NOTHING] * 3,
    ]


def rows_of(evaluations, *, is_by=True):
    """What stands under `COLUMNS` of each evaluation, as plain text.

    Args:
        is_by: bool, whether to say whose mIoU it is.
    """
    marks = marks_of_readings(evaluations)
    return [
        _cells(evaluation, is_by=is_by, mark=mark)
        for evaluation, mark in zip(evaluations, marks, strict=True)
    ]


def marks_of_readings(evaluations):
    """For each evaluation what its mIoU is marked with: " [1]", " [2]", … by what read the images.

    Empty where there is no mIoU, and where all were read in one way.
    """
    distinct = []
    for evaluation in evaluations:
        if evaluation.reading and evaluation.reading not in distinct:
            distinct.append(evaluation.reading)
    return [
        f" [{distinct.index(evaluation.reading) + 1}]"
        if evaluation.reading and len(distinct) > 1
        else ""
        for evaluation in evaluations
    ]


def _cells(evaluation, *, is_by, mark):
    data, metrics = evaluation.data, evaluation.metrics
    height, width = data.image_size
    miou, diversity = metrics.miou, metrics.diversity
    return [
        evaluation.title,
        f"{evaluation.data_name}, {data.split}",
        f"{data.num_images:,} of {height}x{width}",
        _distance(metrics.fid, "FID", digits=1),
        _distance(metrics.kid, "KID", digits=4),
        _by(_of_fakes(miou, "miou"), is_by and miou.segmenter.name) + mark if miou else NOTHING,
        _of_fakes(miou, "accuracy") + mark if miou else NOTHING,
        f"{diversity.ms_ssim.value:.3f}" if diversity else NOTHING,
        f"{diversity.feature_distance.value:.3f}" if diversity else NOTHING,
    ]


def _distance(metric, name, *, digits):
    """Under another name where the network is another one."""
    if metric is None:
        return NOTHING
    text = f"{metric.value:.{digits}f}"
    if metric.standard_deviation is not None:
        text += f" ± {metric.standard_deviation:.{digits}f}"
    return text if metric.name == name else f"{text} ({metric.name})"


def _of_fakes(miou, key):
    """A score of painted images, and that of real ones to measure it by."""
    text = _percentage(getattr(miou.fake, key))
    return f"{text} (real {_percentage(getattr(miou.real, key))})" if miou.real else text


def _by(score, segmenter):
    return f"{score} by {segmenter}" if segmenter else score


def _percentage(part):
    return NOTHING if math.isnan(part) else f"{100 * part:.1f}"


def _table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
