"""A chart of the distances and mIoU of recipes: bars, or curves over training."""

from collections.abc import Mapping, Sequence

from oasis_tf.evaluation.comparison.recipes import Recipe
from oasis_tf.visualization import charts
from oasis_tf.visualization.charts import GREY, new_figure, shortened, styled

WIDTH, ROW_HEIGHT = 1150, 300  # pixels
COLORS = (charts.BLUE, charts.ORANGE, charts.GREEN, charts.PURPLE, charts.INK, charts.GREY)
STYLES = ("-", "--", ":", "-.")
LONGEST_NAME = 26  # characters
MOST_LINEAR = 10  # ratio of the largest to the smallest value on a linear axis
NUMBERS = {
    "fid": ("{}", 1, "lower"),
    "kid": ("{}", 1, "lower"),
    "miou": ("mIoU, %", 100, "higher"),
}
AXES = {"images": "training images", "seconds": "seconds of training"}
BAR = 26  # pixels


@styled
def comparison_chart(
    recipes: Sequence[Recipe],
    *,
    reference: Mapping,
    names: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
):
    """Of one snapshot a recipe: a panel of bars each number. Of several: a row for each number, a
    column for training images and one for seconds, where known.

    An axis of curves is logarithmic where values differ more than tenfold. Error bars are standard
    errors. A grey line is the value of photographs.

    Args: see `page.markdown`. title: str. notes: sentences.
    Returns: `matplotlib.figure.Figure`.
    """
    measured = {name for recipe in recipes for point in recipe.points for name in point.spreads}
    numbers = [name for name in NUMBERS if name in measured]
    if all(len(recipe.points) == 1 for recipe in recipes):
        return _bars(recipes, numbers, reference=reference, names=names, title=title, notes=notes)
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


def _bars(recipes, numbers, *, reference, names, title, notes):
    height = (70 + BAR * len(recipes)) * len(numbers) + 100
    figure = new_figure(WIDTH, height, title=title, notes=notes)
    panels = figure.subplots(len(numbers), 1, squeeze=False)[:, 0]
    for axes, number in zip(panels, numbers, strict=True):
        label, factor, better = NUMBERS[number]
        shown = [
            (r.name, r.points[0].spreads[number]) for r in recipes if number in r.points[0].spreads
        ]
        bars = axes.barh(
            range(len(shown)),
            [factor * spread.mean for _, spread in shown],
            xerr=[factor * (spread.standard_error or 0) for _, spread in shown],
            height=0.6,
            color=[COLORS[index % len(COLORS)] for index in range(len(shown))],
        )
        axes.bar_label(bars, [f"{factor * spread.mean:.3g}" for _, spread in shown], padding=5)
        axes.set_yticks(range(len(shown)), [shortened(name, LONGEST_NAME) for name, _ in shown])
        if number in reference:
            value = factor * reference[number].mean
            axes.axvline(value, color=GREY, linewidth=1.2, label="photographs")
            axes.legend(loc="lower right")
        values = [
            factor * (spread.mean + sign * (spread.standard_error or 0))
            for _, spread in shown
            for sign in (-1, 1)
        ]
        values += [factor * reference[number].mean] if number in reference else []
        ends = 1.15 * min(0, *values), 1.15 * max(0, *values)
        name = label.format(names.get(number, number).partition(" (")[0])
        axes.set(xlabel=f"{name}, {better} is better", xlim=ends if ends != (0, 0) else (0, 1))
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
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
    axes.locator_params(axis="x", integer=True)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    means = [p.spreads[number].mean for r in recipes for p in r.points if number in p.spreads]
    means += [reference[number].mean] if number in reference else []
    if min(means) > 0 and max(means) > MOST_LINEAR * min(means):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
    else:
        axes.set_ylim(min(0, 1.15 * factor * min(means)), None)
