"""IoU of every class on real and on painted images."""

import math

from oasis_tf.evaluation.results.class_groups import iou_of
from oasis_tf.evaluation.results.tables import IMAGES
from oasis_tf.visualization.canvas import BLUE, GRID, ORANGE, Canvas
from oasis_tf.visualization.class_chart import percent
from oasis_tf.visualization.labels import LINE, shortened, text_width, wrapped
from oasis_tf.visualization.sheet import FAINT_INK, GAP, MARGIN, TITLE_SIZE

COLORS = {"real": BLUE, "fake": ORANGE}
ROW, BAR = 22, 6
BARS = 240
MOST_NAME = 150
COLUMN_GAP = 48
ROWS_A_COLUMN = 40


def class_scores_chart(evaluation):
    """Bars of 0 to 100 %, most frequent class first, its share beside its name.

    Args:
        evaluation: `Evaluation`.
    Returns: uint8 (height, width, 3), or None where classes or IoUs are unknown.
    """
    scores = evaluation.scores()
    if not scores or not evaluation.classes:
        return None
    traits = sorted(evaluation.classes, key=lambda trait: (-trait.share, trait.id))
    num_columns = -(-len(traits) // ROWS_A_COLUMN)
    rows = -(-len(traits) // num_columns)  # columns of about one length
    labels = [_label(trait) for trait in traits]
    names_width = max(map(text_width, labels)) + GAP
    column_width = names_width + BARS
    width = 2 * MARGIN + num_columns * column_width + (num_columns - 1) * COLUMN_GAP
    title = f"IoU of every class, {evaluation.title}"
    width = max(width, 2 * MARGIN + text_width(title, TITLE_SIZE))
    notes = wrapped(_note(evaluation), width - 2 * MARGIN)
    top = MARGIN + 2 * TITLE_SIZE + 2 * LINE
    canvas = Canvas(width, top + rows * ROW + LINE + len(notes) * LINE + MARGIN)
    canvas.title(title)
    _draw_legend(canvas, scores, top=top - 2 * LINE - 6)
    for column in range(num_columns):
        shown = range(column * rows, min((column + 1) * rows, len(traits)))
        left = MARGIN + column * (column_width + COLUMN_GAP) + names_width
        _draw_grid(canvas, left=left, top=top, bottom=top + len(shown) * ROW)
        for row, index in enumerate(shown):
            middle = top + row * ROW + ROW / 2
            canvas.text((left - GAP, middle), labels[index], anchor="rm")
            _draw_bars(canvas, scores, traits[index].id, left=left, middle=middle)
    for index, line in enumerate(notes):
        place = (MARGIN, top + rows * ROW + LINE + index * LINE)
        canvas.text(place, line, color=FAINT_INK)
    return canvas.finished()


def _label(trait):
    return f"{shortened(trait.name, MOST_NAME)}  {percent(trait.share)}"


def _note(evaluation):
    data, name = evaluation.data, evaluation.metrics.miou.segmenter.name
    images = f"{data.num_images:,} images of {evaluation.data_name}, {data.split}"
    return (
        f"Read by {name} in {images}. Beside each name its share of the labelled pixels. A dot "
        "stands for no IoU: the class is neither there nor seen."
    )


def _draw_legend(canvas, scores, *, top):
    left = MARGIN
    for kind in scores:
        canvas.box(left, top + 4, left + 12, top + 12, COLORS[kind])
        canvas.text((left + 18, top + 8), IMAGES[kind], anchor="lm")
        left += 18 + text_width(IMAGES[kind]) + 2 * GAP


def _draw_grid(canvas, *, left, top, bottom):
    for share in (0, 25, 50, 75, 100):
        x = left + BARS * share / 100
        canvas.line([(x, top - 3), (x, bottom)], GRID, width=1)
        canvas.text((x, top - 6), f"{share} %", color=FAINT_INK, size=10, anchor="ms")


def _draw_bars(canvas, scores, class_id, *, left, middle):
    top = middle - BAR * len(scores) / 2
    for kind, of_kind in scores.items():
        iou = iou_of(of_kind)(class_id)
        if math.isnan(iou):
            canvas.dot((left + 4, top + BAR / 2), COLORS[kind], radius=2.5, hollow=True)
        else:
            canvas.box(left, top, left + max(1, BARS * iou), top + BAR - 1, COLORS[kind])
        top += BAR
