"""A chart of cost against label-map complexity."""

import numpy as np

from oasis_tf.visualization import charts
from oasis_tf.visualization.charts import BLUE, GREEN, GREY, INK, ORANGE, new_figure, styled

COLORS = (ORANGE, BLUE, GREEN, GREY)


@styled
def cost_chart(curves, path):
    """Writes a PNG: dots for label maps, a line through those of the last curve.

    Args:
        curves: dict of name to list of (distinct 5x5 neighbourhoods a pixel in (0, 1], cost as a
            ratio to dense), in rising order.
        path: of the file.
    """
    title = "Time of an image, as a ratio to dense modulation"
    figure = new_figure(720, 420, title=title)
    axes = figure.add_subplot()
    for index, (color, (name, points)) in enumerate(zip(COLORS, curves.items(), strict=False)):
        line = "-" if index == len(curves) - 1 else ""
        axes.plot(*zip(*points, strict=True), "o", linestyle=line, color=color, label=name)
    lowest = min(share for points in curves.values() for share, _ in points)
    decades = 10.0 ** np.arange(np.floor(np.log10(lowest)), 1)
    axes.set(xscale="log", xlim=(decades[0], 1.1))
    axes.set_ylim(bottom=0)
    axes.set_xticks(decades, [f"{100 * decade:g}%" for decade in decades])
    axes.set_xticks([], minor=True)
    axes.axhline(1, color=INK, linewidth=1)
    axes.set_xlabel("distinct 5x5 neighbourhoods in the label map, share of its pixels")
    axes.set_ylabel("time, ratio to dense")
    figure.legend(loc="outside lower left", ncols=len(curves))
    charts.save(figure, path)
