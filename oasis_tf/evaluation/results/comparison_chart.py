"""FID against mIoU, or one of them if only that was measured, beside published figures."""

from dataclasses import dataclass

from oasis_tf.visualization.charts import BLUE, FAINT, GREY, INK, new_figure, shortened, styled

WIDTH = 860  # pixels
SCATTER_HEIGHT, ROW = 480, 30
LONGEST_NAME = 38  # characters
PROTOCOL = "Numbers are comparable only under one protocol."


@dataclass(frozen=True)
class Point:
    """One model. fid: float or None. miou: percent or None. run: str, None for published ones."""

    name: str
    fid: float | None
    miou: float | None
    run: str | None = None

    @property
    def has_both(self):
        return self.fid is not None and self.miou is not None

    @property
    def color(self):
        return BLUE if self.run else GREY

    @property
    def ink(self):
        return INK if self.run else FAINT


@styled
def comparison_chart(evaluations, references):
    """A point or a bar for each model; runs of several evaluations are lines.

    A Fréchet distance in another network than FID's is no FID, and is left out.

    Args:
        evaluations: list of `Evaluation` of one data set and segmenter.
        references: list of `Reference` of the same data.
    Returns: `matplotlib.figure.Figure`, or None where neither FID nor mIoU was measured.
    """
    newest = evaluations[-1]
    points = [Point(r.model, r.fid, r.miou) for r in references] + list(map(_measured, evaluations))
    real = _of_real_images(newest)
    notes = [PROTOCOL, *_segmenters(newest, references), *_sources(references)]
    both = [point for point in points if point.has_both]
    if any(point.run for point in both):
        return _scatter(both, real, title=_title("FID and mIoU", newest), notes=notes)
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
    if any(point.has_both for point in points):
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
    """The segmenter's score of real images, to compare that of painted ones with."""
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
    figure = new_figure(WIDTH, SCATTER_HEIGHT, title=title, notes=notes)
    axes = figure.add_subplot()
    axes.set(xlabel="FID, lower is better", ylabel="mIoU, %, higher is better")
    for point in points:
        fill = "full" if point.run else "none"
        style = {"color": point.color, "fillstyle": fill, "markersize": 8, "clip_on": False}
        axes.plot(point.fid, point.miou, "o", **style)
    named = [point for point in points if not point.run]
    for run in dict.fromkeys(point.run for point in points if point.run):
        of_run = [point for point in points if point.run == run]
        axes.plot([p.fid for p in of_run], [p.miou for p in of_run], color=BLUE)
        named.append(of_run[-1])
    highest = max(point.miou for point in (*points, *real))
    axes.set(xlim=(0, 1.08 * max(p.fid for p in points) or 1), ylim=(0, 1.08 * highest or 1))
    for point in real:
        axes.axhline(point.miou, color=GREY, linestyle="--", linewidth=1.5)
        _name(axes, point, (1, point.miou), ("axes fraction", "data"), (-4, 4), ("right", "bottom"))
    for point in named:
        is_left = point.fid > 0.6 * axes.get_xlim()[1]
        offset, side = ((-9, 0), "right") if is_left else ((9, 0), "left")
        _name(axes, point, (point.fid, point.miou), "data", offset, (side, "center"))
    return figure


def _name(axes, point, place, coordinates, offset, alignment):
    axes.annotate(
        shortened(point.name, LONGEST_NAME),
        place,
        xycoords=coordinates,
        xytext=offset,
        textcoords="offset points",
        ha=alignment[0],
        va=alignment[1],
        color=point.ink,
    )


def _bars(points, key, *, title, notes):
    figure = new_figure(WIDTH, 120 + len(points) * ROW, title=title, notes=notes)
    axes = figure.add_subplot()
    values = [getattr(point, key) for point in points]
    colors = [point.color for point in points]
    bars = axes.barh(range(len(points)), values, height=0.55, color=colors)
    unit = " %" if key == "miou" else ""
    axes.bar_label(bars, [f"{value:.1f}{unit}" for value in values], padding=5, color=INK)
    axes.set_yticks(range(len(points)), [shortened(p.name, LONGEST_NAME) for p in points])
    for label, point in zip(axes.get_yticklabels(), points, strict=True):
        label.set_color(point.ink)
    direction = "%, higher is better" if key == "miou" else "lower is better"
    axes.set_xlabel(f"{'mIoU' if key == 'miou' else 'FID'}, {direction}")
    axes.set(xlim=(0, 1.12 * max(values) or 1), ylim=(len(points) - 0.5, -0.5))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    return figure
