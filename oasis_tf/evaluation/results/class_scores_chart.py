"""A bar chart of every class's IoU on real and on painted images."""

import math

import numpy as np

from oasis_tf.evaluation.results.class_groups import iou_of
from oasis_tf.evaluation.results.tables import IMAGES
from oasis_tf.visualization.charts import BLUE, INK, ORANGE, new_figure, shortened, styled
from oasis_tf.visualization.class_chart import percent

COLORS = {"real": BLUE, "fake": ORANGE}
ROW = 22  # pixels
ROWS_A_COLUMN = 40
COLUMN_WIDTH = 470
BAR = 0.36  # of a row
LONGEST_NAME = 22  # characters


@styled
def class_scores_chart(evaluation):
    """Bars of 0 to 100 %, most frequent class first, its share beside its name.

    Args:
        evaluation: `Evaluation`.
    Returns: `matplotlib.figure.Figure`, or None where classes or IoUs are unknown.
    """
    scores = evaluation.scores()
    if not scores or not evaluation.classes:
        return None
    traits = sorted(evaluation.classes, key=lambda trait: (-trait.share, trait.id))
    num_columns = -(-len(traits) // ROWS_A_COLUMN)
    rows = -(-len(traits) // num_columns)  # columns of about one length
    figure = new_figure(
        num_columns * COLUMN_WIDTH,
        150 + rows * ROW,
        title=f"IoU of every class, {evaluation.title}",
        notes=[_note(evaluation)],
    )
    columns = np.ravel(figure.subplots(1, num_columns, squeeze=False))
    for column, axes in enumerate(columns):
        shown = traits[column * rows : (column + 1) * rows]
        _draw_axes(axes, [_label(trait) for trait in shown], rows=rows)
        for place, (kind, of_kind) in enumerate(scores.items()):
            offset = (place - (len(scores) - 1) / 2) * BAR
            ious = [100 * iou_of(of_kind)(trait.id) for trait in shown]
            _draw_bars(axes, ious, offset, color=COLORS[kind], label=IMAGES[kind])
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    columns[0].legend(ncols=len(scores), columnspacing=1.5, **above)
    return figure


def _label(trait):
    return f"{shortened(trait.name, LONGEST_NAME)}  {percent(trait.share)}"


def _note(evaluation):
    data, name = evaluation.data, evaluation.metrics.miou.segmenter.name
    images = f"{data.num_images:,} images of {evaluation.data_name}, {data.split}"
    return (
        f"Segmenter: {name}, on {images}. The share of the labelled pixels is beside each name. "
        "A circle stands for no IoU: the class is neither labelled nor predicted."
    )


def _draw_axes(axes, names, *, rows):
    axes.set(xlim=(-2, 100), ylim=(rows - 0.5, -0.5))
    axes.set_xlabel("IoU, %", loc="left")
    axes.set_xticks(range(0, 101, 25))
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.tick_params(length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)


def _draw_bars(axes, ious, offset, *, color, label):
    axes.barh(
        [row + offset for row in range(len(ious))],
        [0 if math.isnan(iou) else max(0.3, iou) for iou in ious],
        height=BAR,
        color=color,
        label=label,
    )
    unknown = [row + offset for row, iou in enumerate(ious) if math.isnan(iou)]
    axes.plot([0.7] * len(unknown), unknown, "o", color=color, fillstyle="none", markersize=4)
