"""FID against mIoU, or the one of the two that there is, beside published figures."""

from dataclasses import dataclass

from oasis_tf.results.canvas import BLUE, GREY, Canvas
from oasis_tf.results.frame import Frame
from oasis_tf.results.labels import LINE, shortened, text_width, wrapped
from oasis_tf.scale import scale_of
from oasis_tf.visualize import FAINT_INK, INK, MARGIN, TITLE_SIZE

WIDTH = 860
PLOT = 400  # pixels high
BARS, NAMES = 440, 280  # pixels wide
BAR = 16
ROW = 30
AXES = {"miou": "mIoU, %", "fid": "FID"}
TITLES = {"miou": "mIoU", "fid": "FID", "both": "FID and mIoU"}
TOP = MARGIN + 2 * TITLE_SIZE
PROTOCOL = "Numbers are comparable only under one protocol."


@dataclass(frozen=True)
class Point:
    """One model. fid: float or None; miou: percent or None. is_ours: bool, drawn in colour."""

    name: str
    fid: float | None
    miou: float | None
    is_ours: bool


def comparison_chart(evaluations, references):
    """A point or a bar for each model; runs of several evaluations are lines.

    A Fréchet distance in another network than FID's is no FID, and is left out.

    Args:
        evaluations: list of `Evaluation` of one data set and segmenter.
        references: list of `Reference` of the same data.
    Returns: uint8 (height, width, 3), or None where neither FID nor mIoU was computed.
    """
    ours = [_measured(evaluation) for evaluation in evaluations]
    published = [Point(r.model, r.fid, r.miou, is_ours=False) for r in references]
    notes = [PROTOCOL, *_segmenters(evaluations[-1], references), *_sources(references)]
    if any(_is_whole(point) for point in ours):
        return _scatter(list(filter(_is_whole, published)), ours, evaluations, notes)
    for key, name in AXES.items():
        bars = [point for point in (*published, *ours) if getattr(point, key) is not None]
        if any(point.is_ours for point in bars):
            if key == "miou":
                bars += _of_real_images(evaluations[-1])
            return _bars(_title(key, evaluations[-1].data), name, bars, key, notes)
    return None


def _title(key, data):
    height, width = data.image_size
    about = f"{data.source}, {data.split}, {data.num_images:,} images of {height}x{width}"
    return f"{TITLES[key]}: {about}"


def _measured(evaluation):
    fid, miou = evaluation.metrics.fid, evaluation.metrics.miou
    return Point(
        name=evaluation.title,
        fid=fid.value if fid and fid.name == "FID" else None,
        miou=100 * miou.fake.miou if miou else None,
        is_ours=True,
    )


def _is_whole(point):
    return point.fid is not None and point.miou is not None


def _of_real_images(evaluation):
    """The segmenter's score of real images, to measure that of painted ones by."""
    real = evaluation.scores().get("real")
    return [Point("real images", None, 100 * real.miou, is_ours=False)] if real else []


def _segmenters(evaluation, references):
    miou = evaluation.metrics.miou
    said = [f"{evaluation.run_name} by {miou.segmenter.name}"] if miou else []
    said += [f"{r.model} by {r.segmenter}" for r in references if r.segmenter]
    return [f"mIoU: {', '.join(said)}."] if miou else []


def _sources(references):
    said = [f"{r.model}: {r.source}" for r in references]
    return [f"{'; '.join(said)}."] if said else []


def _scatter(published, ours, evaluations, notes):
    points = [*published, *filter(_is_whole, ours)]
    lines = _lines(notes)
    bottom = TOP + LINE + PLOT
    canvas = Canvas(WIDTH, bottom + 3 * LINE + len(lines) * LINE + MARGIN)
    canvas.title(_title("both", evaluations[-1].data))
    real = _of_real_images(evaluations[-1])
    frame = Frame(
        left=MARGIN + 44,
        top=TOP + LINE,
        right=WIDTH - MARGIN,
        bottom=bottom,
        across=scale_of([point.fid for point in points], lowest=0.0),
        up=scale_of([point.miou for point in (*points, *real)], lowest=0.0),
    )
    frame.draw(canvas, across_name="FID, lower is better", up_name="mIoU, %, higher is better")
    for point in real:
        ends = [frame.place(fid, point.miou) for fid in (frame.across.low, frame.across.high)]
        canvas.line(ends, GREY, dashed=True)
        canvas.text((frame.right, ends[0][1] - 4), point.name, color=FAINT_INK, anchor="rs")
    for run in dict.fromkeys(evaluation.run for evaluation in evaluations):
        of_run = [p for p, e in zip(ours, evaluations, strict=True) if e.run == run]
        path = [frame.place(p.fid, p.miou) for p in of_run if _is_whole(p)]
        if len(path) > 1:
            canvas.line(path, BLUE)
    for point in points:
        x, y = frame.place(point.fid, point.miou)
        canvas.dot((x, y), BLUE if point.is_ours else GREY, hollow=not point.is_ours)
    for point in [*published, *_named(ours, evaluations)]:
        x, y = frame.place(point.fid, point.miou)
        is_left = x + 10 + text_width(point.name) < frame.right
        place, anchor = ((x + 10, y), "lm") if is_left else ((x - 10, y), "rm")
        canvas.text(place, point.name, color=INK if point.is_ours else FAINT_INK, anchor=anchor)
    _write(canvas, lines, top=bottom + 3 * LINE)
    return canvas.finished()


def _named(ours, evaluations):
    """Of every run the last point: names of all would lie over each other."""
    last = {e.run: p for p, e in zip(ours, evaluations, strict=True) if _is_whole(p)}
    return last.values()


def _bars(title, name, points, key, notes):
    lines = _lines(notes)
    bottom = TOP + LINE + len(points) * ROW
    canvas = Canvas(WIDTH, bottom + LINE + len(lines) * LINE + MARGIN)
    canvas.title(title)
    largest = max(getattr(point, key) for point in points) or 1
    left = MARGIN + NAMES
    canvas.text((left, TOP - 4), name, color=FAINT_INK)
    for row, point in enumerate(points):
        value = getattr(point, key)
        middle = TOP + LINE + row * ROW + ROW / 2
        ink = INK if point.is_ours else FAINT_INK
        canvas.text((left - 10, middle), shortened(point.name, NAMES - 10), color=ink, anchor="rm")
        end = left + max(2, BARS * value / largest)
        color = BLUE if point.is_ours else GREY
        canvas.box(left, middle - BAR / 2, end, middle + BAR / 2, color)
        canvas.text((end + 8, middle), f"{value:.1f}", color=ink, anchor="lm")
    _write(canvas, lines, top=bottom + LINE)
    return canvas.finished()


def _lines(notes):
    return [line for note in notes for line in wrapped(note, WIDTH - 2 * MARGIN)]


def _write(canvas, lines, *, top):
    for index, line in enumerate(lines):
        canvas.text((MARGIN, top + index * LINE), line, color=FAINT_INK)
