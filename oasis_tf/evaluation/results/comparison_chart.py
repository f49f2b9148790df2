"""FID against mIoU, or the one of the two that there is, beside published figures."""

from dataclasses import dataclass

from oasis_tf.visualization.canvas import BLUE, GREY, Canvas
from oasis_tf.visualization.frame import Frame
from oasis_tf.visualization.labels import LINE, shortened, text_width, wrapped
from oasis_tf.visualization.scale import scale_of
from oasis_tf.visualization.sheet import FAINT_INK, INK, MARGIN, TITLE_SIZE

WIDTH = 860
PLOT = 400  # pixels high
BARS, NAMES = 440, 280  # pixels wide
BAR = 16
ROW = 30
TOP = MARGIN + 2 * TITLE_SIZE
PROTOCOL = "Numbers are comparable only under one protocol."


@dataclass(frozen=True)
class Point:
    """One model. fid: float or None. miou: percent or None. run: str, None for published ones."""

    name: str
    fid: float | None
    miou: float | None
    run: str | None = None

    @property
    def is_whole(self):
        return self.fid is not None and self.miou is not None

    @property
    def color(self):
        return BLUE if self.run else GREY

    @property
    def ink(self):
        return INK if self.run else FAINT_INK


def comparison_chart(evaluations, references):
    """A point or a bar for each model; runs of several evaluations are lines.

    A Fréchet distance in another network than FID's is no FID, and is left out.

    Args:
        evaluations: list of `Evaluation` of one data set and segmenter.
        references: list of `Reference` of the same data.
    Returns: uint8 (height, width, 3), or None where neither FID nor mIoU was computed.
    """
    newest = evaluations[-1]
    points = [Point(r.model, r.fid, r.miou) for r in references] + list(map(_measured, evaluations))
    real = _of_real_images(newest)
    notes = [PROTOCOL, *_segmenters(newest, references), *_sources(references)]
    whole = [point for point in points if point.is_whole]
    if any(point.run for point in whole):
        return _scatter(whole, real, title=_title("FID and mIoU", newest), notes=notes)
    for key, name in (("miou", "mIoU"), ("fid", "FID")):
        bars = [point for point in points if getattr(point, key) is not None]
        if any(point.run for point in bars):
            bars += real if key == "miou" else []
            return _bars(bars, key, title=_title(name, newest), notes=notes)
    return None


def compared(evaluations):
    """What a comparison chart of these shows: "FID and mIoU", "mIoU", "FID" or None.

    Args:
        evaluations: list of `Evaluation`, comparable ones.
    """
    points = list(map(_measured, evaluations))
    if any(point.is_whole for point in points):
        return "FID and mIoU"
    names = {"mIoU": [point.miou for point in points], "FID": [point.fid for point in points]}
    return next((name for name, of in names.items() if any(v is not None for v in of)), None)


def _title(what, evaluation):
    data = evaluation.data
    height, width = data.image_size
    about = f"{evaluation.data_name}, {data.split}, {data.num_images:,} images of {height}x{width}"
    return f"{what}: {about}"


def _measured(evaluation):
    fid, miou = evaluation.metrics.fid, evaluation.metrics.miou
    return Point(
        name=evaluation.title,
        fid=fid.value if fid and fid.name == "FID" else None,
        miou=100 * miou.fake.miou if miou else None,
        run=evaluation.run,
    )


def _of_real_images(evaluation):
    """The segmenter's score of real images, to measure that of painted ones by."""
    real = evaluation.scores().get("real")
    return [Point("real images", None, 100 * real.miou)] if real else []


def _segmenters(evaluation, references):
    miou = evaluation.metrics.miou
    text = [f"{evaluation.run_name} by {miou.segmenter.name}"] if miou else []
    text += [f"{r.model} by {r.segmenter}" for r in references if r.segmenter]
    return [f"mIoU: {', '.join(text)}."] if miou else []


def _sources(references):
    text = [f"{r.model}: {r.source}" for r in references]
    return [f"{'; '.join(text)}."] if text else []


def _scatter(points, real, *, title, notes):
    lines = _lines(notes)
    bottom = TOP + LINE + PLOT
    canvas = Canvas(WIDTH, bottom + 3 * LINE + len(lines) * LINE + MARGIN)
    canvas.title(title)
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
    _draw_runs(canvas, frame, points)
    for point in points:
        center = frame.place(point.fid, point.miou)
        canvas.dot(center, point.color, hollow=not point.run)
    _write(canvas, lines, top=bottom + 3 * LINE)
    return canvas.finished()


def _draw_runs(canvas, frame, points):
    """A line through each run's points, and names: of a run's points only that of the last."""
    named = [point for point in points if not point.run]
    for run in dict.fromkeys(point.run for point in points if point.run):
        of_run = [point for point in points if point.run == run]
        if len(of_run) > 1:
            canvas.line([frame.place(point.fid, point.miou) for point in of_run], BLUE)
        named.append(of_run[-1])
    for point in named:
        x, y = frame.place(point.fid, point.miou)
        has_room = x + 10 + text_width(point.name) < frame.right
        place, anchor = ((x + 10, y), "lm") if has_room else ((x - 10, y), "rm")
        canvas.text(place, point.name, color=point.ink, anchor=anchor)


def _bars(points, key, *, title, notes):
    lines = _lines(notes)
    bottom = TOP + len(points) * ROW
    canvas = Canvas(WIDTH, bottom + LINE + len(lines) * LINE + MARGIN)
    canvas.title(title)
    largest = max(getattr(point, key) for point in points) or 1
    left = MARGIN + NAMES
    for row, point in enumerate(points):
        value = getattr(point, key)
        middle = TOP + row * ROW + ROW / 2
        name = shortened(point.name, NAMES - 10)
        canvas.text((left - 10, middle), name, color=point.ink, anchor="rm")
        end = left + max(2, BARS * value / largest)
        canvas.box(left, middle - BAR / 2, end, middle + BAR / 2, point.color)
        text = f"{value:.1f} %" if key == "miou" else f"{value:.1f}"
        canvas.text((end + 8, middle), text, color=point.ink, anchor="lm")
    _write(canvas, lines, top=bottom + LINE)
    return canvas.finished()


def _lines(notes):
    return [line for note in notes for line in wrapped(note, WIDTH - 2 * MARGIN)]


def _write(canvas, lines, *, top):
    for index, line in enumerate(lines):
        canvas.text((MARGIN, top + index * LINE), line, color=FAINT_INK)
