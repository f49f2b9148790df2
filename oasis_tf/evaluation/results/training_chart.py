"""How the IoU of frequent, rare, uniform and complex classes went over training."""

import math

from oasis_tf.evaluation.results.class_groups import DEFINITION, class_groups, iou_of
from oasis_tf.visualization.canvas import BLUE, GREEN, GREY, ORANGE, PURPLE, Canvas
from oasis_tf.visualization.frame import Frame
from oasis_tf.visualization.labels import LINE, shortened, spread, wrapped
from oasis_tf.visualization.scale import Scale, scale_of
from oasis_tf.visualization.sheet import FAINT_INK, MARGIN, TITLE_SIZE

COLORS = {"frequent": BLUE, "rare": ORANGE, "uniform": GREEN, "complex": PURPLE}
PLOT_WIDTH, PLOT_HEIGHT = 380, 240
NUMBERS, NAMES = 40, 130  # pixels left and right of a plot
PANEL_GAP = 24
MOST_NAMES = 10  # of classes; more would not be read
TOP = MARGIN + 2 * TITLE_SIZE


def training_chart(evaluations):
    """A panel a group: its mean as a thick line, its classes as thin ones.

    Args:
        evaluations: list of `Evaluation` of one run and segmenter; groups are those of the last.
    Returns: uint8 (height, width, 3), or None unless there are two steps with IoUs, and groups.
    """
    scored = {e.step: e for e in evaluations if e.scores()}
    scored = [scored[step] for step in sorted(scored)]
    groups = class_groups(evaluations[-1].classes)
    if len(scored) < 2 or not groups:
        return None
    panel_width = NUMBERS + PLOT_WIDTH + NAMES
    width = 2 * MARGIN + 2 * panel_width + PANEL_GAP
    notes = wrapped(_note(scored[-1]), width - 2 * MARGIN)
    panel_height = PLOT_HEIGHT + 5 * LINE
    num_rows = -(-len(groups) // 2)
    canvas = Canvas(width, TOP + num_rows * panel_height + len(notes) * LINE + MARGIN)
    canvas.title(f"IoU over training, {scored[-1].run_name}")
    up = scale_of([0.0, *_all_ious(scored, groups)], lowest=0.0)
    for index, group in enumerate(groups):
        left = MARGIN + NUMBERS + (index % 2) * (panel_width + PANEL_GAP)
        top = TOP + (index // 2) * panel_height + 2 * LINE
        frame = Frame(
            left=left,
            top=top,
            right=left + PLOT_WIDTH,
            bottom=top + PLOT_HEIGHT,
            across=Scale(0, max(1, scored[-1].step)),
            up=up,
        )
        _draw_panel(canvas, frame, group, scored)
    for index, line in enumerate(notes):
        place = (MARGIN, TOP + num_rows * panel_height + index * LINE)
        canvas.text(place, line, color=FAINT_INK)
    return canvas.finished()


def _note(evaluation):
    segmenter = evaluation.metrics.miou.segmenter
    reader = segmenter.name
    if segmenter.kind != segmenter.name:
        reader = f"{segmenter.kind} of each step"
    dashed = ", dashed: the mean on real images" if "real" in evaluation.scores() else ""
    return (
        f"{DEFINITION} IoU of painted images, read by {reader}; "
        f"thick: the group's mean, thin: its classes{dashed}."
    )


def _all_ious(evaluations, groups):
    """Of painted images, in percent."""
    ids = {index for group in groups for index in group.ids}
    ious = [100 * iou_of(e.scores()["fake"])(index) for e in evaluations for index in ids]
    reals = [e.scores()["real"] for e in evaluations if "real" in e.scores()]
    ious += [100 * group.mean_iou(real) for real in reals for group in groups]
    return [iou for iou in ious if not math.isnan(iou)]


def _draw_panel(canvas, frame, group, evaluations):
    color = COLORS[group.name]
    frame.draw(canvas, across_name="step", up_name="IoU, %")
    canvas.text((frame.left, frame.top - 2 * LINE - 2), f"{group.name} classes", size=15)
    faint = tuple(round(0.45 * part + 0.55 * 255) for part in color)
    for index in group.ids:
        _draw_line(canvas, frame, _points(evaluations, lambda s, i=index: iou_of(s)(i)), faint, 1.5)
    real = _points(evaluations, group.mean_iou, kind="real")
    for first, second in zip(real, real[1:], strict=False):
        if not math.isnan(first[1] + second[1]):
            canvas.line([frame.place(*first), frame.place(*second)], GREY, dashed=True)
    _draw_line(canvas, frame, _points(evaluations, group.mean_iou), color, 4)
    _draw_names(canvas, frame, group, evaluations)


def _points(evaluations, score, *, kind="fake"):
    """(step, percent) of the evaluations that have such scores."""
    scored = [(e.step, e.scores()[kind]) for e in evaluations if kind in e.scores()]
    return [(step, 100 * score(scores)) for step, scores in scored]


def _draw_line(canvas, frame, points, color, width):
    """Broken where there is no IoU; a point without neighbours is a dot."""
    path = []
    for step, value in [*points, (math.nan, math.nan)]:
        if not math.isnan(value):
            path.append(frame.place(step, value))
            continue
        if len(path) > 1:
            canvas.line(path, color, width=width)
        elif path:
            canvas.dot(path[0], color, radius=width)
        path = []


def _draw_names(canvas, frame, group, evaluations):
    """Where the classes' lines end."""
    traits = group.traits[:MOST_NAMES]
    ends = {}
    for trait in traits:
        points = _points(evaluations, lambda s, i=trait.id: iou_of(s)(i))
        seen = [value for _, value in points if not math.isnan(value)]
        if seen:
            ends[trait.name] = frame.place(frame.across.high, seen[-1])[1]
    places = spread(list(ends.values()), least=LINE - 4, highest=frame.bottom)
    for name, y in zip(ends, places, strict=True):
        place = (frame.right + 8, y)
        canvas.text(place, shortened(name, NAMES - 8), color=FAINT_INK, anchor="lm")
    if len(group.traits) > MOST_NAMES and places:
        rest = f"and {len(group.traits) - MOST_NAMES} more"
        canvas.text((frame.right + 8, max(places) + LINE), rest, color=FAINT_INK, anchor="lm")
