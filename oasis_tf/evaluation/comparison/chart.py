"""A chart of the kernel distance and mIoU of recipes over training."""

from collections.abc import Mapping, Sequence

from oasis_tf.evaluation.comparison.recipes import Recipe
from oasis_tf.visualization import charts
from oasis_tf.visualization.charts import GREY, new_figure, shortened, styled

WIDTH, ROW_HEIGHT = 1150, 300  # pixels
COLORS = (charts.BLUE, charts.ORANGE, charts.GREEN, charts.PURPLE, charts.INK, charts.GREY)
STYLES = ("-", "--", ":", "-.")
LONGEST_NAME = 26  # characters
MOST_LINEAR = 10  # ratio of the largest to the smallest value on a linear axis
NUMBERS = {"kid": ("{}", 1, "lower"), "miou": ("mIoU, %", 100, "higher")}
AXES = {"images": "training images", "seconds": "seconds of training"}


@styled
def comparison_chart(
    recipes: Sequence[Recipe],
    *,
    reference: Mapping,
    names: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
):
    """A row for each number, a column for training images and one for seconds, where known.

    An axis is logarithmic where values differ more than tenfold. Bars are standard errors. A grey
    line is the value of photographs.

    Args: see `page.markdown`. title: str. notes: sentences.
    Returns: `matplotlib.figure.Figure`.
    """
    measured = recipes[0].points[0].spreads
    numbers = [name for name in NUMBERS if name in measured]
    has_seconds = any(point.seconds is not None for recipe in recipes for point in recipe.points)
    columns = ["images", "seconds"] if has_seconds else ["images"]
    height = max(60 + ROW_HEIGHT * len(numbers), 120 + 20 * len(recipes))
    figure = new_figure(WIDTH, height, title=title, notes=notes)
    panels = figure.subplots(len(numbers), len(columns), squeeze=False)
    for row, number in zip(panels, numbers, strict=True):
        for axes, column in zip(row, columns, strict=True):
            _draw(axes, recipes, number, column, reference=reference, names=names)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper")
    return figure


def _draw(axes, recipes, number, column, *, reference, names):
    label, factor, better = NUMBERS[number]
    for index, recipe in enumerate(recipes):
        points = [
            point
            for point in recipe.points
            if number in point.spreads and getattr(point, column) is not None
        ]
        spreads = [point.spreads[number] for point in points]
        axes.errorbar(
            [getattr(point, column) for point in points],
            [factor * spread.mean for spread in spreads],
            [factor * (spread.standard_error or 0) for spread in spreads],
            color=COLORS[index % len(COLORS)],
            linestyle=STYLES[index // len(COLORS) % len(STYLES)],
            marker="o",
            markersize=4,
            elinewidth=1,
            label=shortened(recipe.name, LONGEST_NAME),
        )
    if number in reference:
        axes.axhline(
            factor * reference[number].mean, color=GREY, linewidth=1.2, label="photographs"
        )
    name = label.format(names.get(number, number).partition(" (")[0])
    axes.set(xlabel=AXES[column], ylabel=f"{name}\n{better} is better", xlim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    means = [p.spreads[number].mean for r in recipes for p in r.points if number in p.spreads]
    if min(means) > 0 and max(means) > MOST_LINEAR * min(means):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
    else:
        axes.set_ylim(0, None)
