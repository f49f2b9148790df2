"""A bar chart of class frequencies in a data set."""

import numpy as np

from oasis_tf.visualization.charts import FAINT, INK, new_figure, shortened, styled

ROW = 19  # pixels
ROWS_A_COLUMN = 40
COLUMN_WIDTH = 460
LONGEST_NAME = 24  # characters
MOST_DECADES = 5  # with a number


@styled
def class_chart(shares, *, class_names, palette, title):
    """Bars on a logarithmic axis, most frequent class first, in the classes' colours.

    Args:
        shares: dict of split's name to float (num_classes,) in [0, 1]; bars show the first split,
            ticks the others.
        class_names, palette: see `Source`.
        title: str.
    Returns: `matplotlib.figure.Figure`.
    """
    (first, bars), *ticks = shares.items()
    order = np.argsort(-bars, kind="stable")
    num_columns = -(-len(order) // ROWS_A_COLUMN)
    rows = -(-len(order) // num_columns)  # columns of about one length
    note = f"Share of all pixels, logarithmic. Bars: {first}."
    note += "".join(f" Ticks: {name}." for name, _ in ticks)
    size = num_columns * COLUMN_WIDTH, 110 + rows * ROW
    figure = new_figure(*size, title=title, notes=[note])
    lowest = _lowest([bars, *(values for _, values in ticks)])
    for column, axes in enumerate(np.ravel(figure.subplots(1, num_columns, squeeze=False))):
        shown = order[column * rows : (column + 1) * rows]
        names = [shortened(class_names[index], LONGEST_NAME) for index in shown]
        _draw_axes(axes, names, rows=rows, lowest=lowest)
        for row, index in enumerate(shown):
            marks = [values[index] for _, values in ticks]
            _draw_class(axes, row, bars[index], marks, np.asarray(palette[index]) / 255, lowest)
    return figure


def _lowest(shares):
    """The decade below the least share that is not 0, at most 0.1."""
    seen = np.concatenate(shares)
    seen = seen[seen > 0]
    return min(0.1, 10.0 ** np.floor(np.log10(seen.min()))) if len(seen) else 0.1


def _draw_axes(axes, names, *, rows, lowest):
    powers = np.arange(round(np.log10(lowest)), 1)
    stride = -(-len(powers) // MOST_DECADES)
    decades = 10.0 ** powers[::-1][::stride]
    axes.set(xscale="log", xlim=(lowest, 9), ylim=(rows - 0.5, -0.5))  # numbers stand right of 1
    axes.set_xticks(decades, [percent(decade) for decade in decades])
    axes.set_xticks([], minor=True)
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
    axes.grid(visible=False, axis="y")
    axes.spines[["left", "bottom"]].set_visible(False)


def _draw_class(axes, row, share, marks, color, lowest):
    if share > 0:
        width = max(share, 1.03 * lowest) - lowest
        axes.barh(row, width, left=lowest, height=0.66, color=color, edgecolor=FAINT, linewidth=0.4)
    seen = [mark for mark in marks if mark > 0]
    axes.vlines(seen, row - 0.42, row + 0.42, color="white", linewidth=3.5)
    axes.vlines(seen, row - 0.42, row + 0.42, color=INK, linewidth=1.8)
    end = max([share, lowest, *seen])
    text = percent(share) if share > 0 else "never"
    place = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate(text, (end, row), color=FAINT, fontsize=8.5, **place)


def percent(share):
    """0.1234 -> "12 %", 0.00012345 -> "0.012 %": two digits."""
    value = 100 * share
    digits = max(0, 1 - int(np.floor(np.log10(value)))) if value > 0 else 0
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"
