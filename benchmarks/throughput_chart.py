"""A chart of measured points, and of the limit that the machine's matrix product sets."""

from typing import NamedTuple

from oasis_tf.visualization import charts
from oasis_tf.visualization.charts import BLUE, GREEN, GREY, ORANGE, PURPLE, new_figure, styled

COLORS = (BLUE, ORANGE, GREEN, PURPLE)
LIMIT = "limit by the machine's float32 matrix product"


class Curve(NamedTuple):
    """Attributes: name; points, limits: lists of (x, y) at the same x; limits are the machine's."""

    name: str
    points: list
    limits: list


class Panel(NamedTuple):
    """One pair of axes. Attributes: x, y: labels; curves: list of `Curve`."""

    x: str
    y: str
    curves: list


@styled
def limit_chart(panels, *, title):
    """Panels side by side, with curves of equal names; broken lines are limits.

    Returns: `matplotlib.figure.Figure`.
    """
    figure = new_figure(420 * max(2, len(panels)), 360, title=title)
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), index + 1)
        for color, curve in zip(COLORS, panel.curves, strict=False):
            axes.plot(*zip(*curve.points, strict=True), "o-", color=color, label=curve.name)
            axes.plot(*zip(*curve.limits, strict=True), "--", color=color, linewidth=1)
        ticks = sorted({x for curve in panel.curves for x, _ in curve.points})
        axes.set(xscale="log", xlabel=panel.x, ylabel=panel.y)
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.set_xticks([], minor=True)
        axes.set_ylim(bottom=0)
    axes.plot([], [], "--", color=GREY, linewidth=1, label=LIMIT)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower left", ncols=1 + len(COLORS)
    )
    return figure


def write(panels, path, *, title):
    """Writes the chart as PNG: atomic, with this program's mark."""
    charts.save(limit_chart(panels, title=title), path)
