"""The style of all charts, and how they are written.

Charts are matplotlib figures. matplotlib is imported where one is drawn, not before: it takes half
a second. No display and no user setting has an influence.
"""

import functools
import textwrap
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from oasis_tf.visualization.sheet import save_png

# Okabe and Ito 2008: told apart with every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
INK, FAINT, GREY, GRID = "#262a30", "#5d666f", "#969ca3", "#e4e7ea"
DPI = 100
MARGIN = 12  # pixels, left and right of title and notes
TITLE_SIZE, NOTE_SIZE = 13, 9

STYLE = {
    "figure.dpi": DPI,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.12,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.hspace": 0.04,
    "figure.constrained_layout.wspace": 0.04,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # names of classes may contain $
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": FAINT,
    "axes.labelsize": 9,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 2,
    "lines.markersize": 6,
}


def styled(draw: Callable) -> Callable:
    """Decorator of a function that draws a chart: gives it the style, whatever the user's is."""

    @functools.wraps(draw)
    def with_style(*arguments, **keywords):
        from matplotlib import style

        with style.context(["default", STYLE]):
            return draw(*arguments, **keywords)

    return with_style


def new_figure(width: float, height: float, *, title: str, notes: Sequence[str] = ()):
    """An empty figure of so many pixels, with a title above and notes below its axes.

    Args:
        width, height: pixels, of the axes and a title of one line; the height of the notes and of
            more lines is added.
        notes: sentences, wrapped to the width.
    Returns: `matplotlib.figure.Figure`.
    """
    from matplotlib.figure import Figure

    heading = wrapped(title, width, size=TITLE_SIZE)
    lines = [line for note in notes for line in wrapped(note, width)]
    height += 20 * (len(heading) - 1) + 16 * len(lines)
    figure = Figure(figsize=(width / DPI, height / DPI))
    left = {"x": MARGIN / width, "ha": "left"}
    figure.suptitle("\n".join(heading), fontsize=TITLE_SIZE, **left)
    if lines:
        text = "\n".join(lines)
        figure.supxlabel(text, fontsize=NOTE_SIZE, color=FAINT, **left)
    return figure


def wrapped(text: str, width: float, *, size: float = NOTE_SIZE) -> list[str]:
    """Lines of a text that fit so many pixels; words that are too long are broken."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    measure, font = RendererAgg(1, 1, DPI).get_text_width_height_descent, FontProperties(size=size)
    available = width - 2 * MARGIN
    for characters in range(int(available / (0.5 * size)), 1, -1):
        lines = textwrap.wrap(text, characters)
        if all(measure(line, font, ismath=False)[0] <= available for line in lines):
            return lines
    return [text]


def shortened(text: str, characters: int) -> str:
    """The text, or its start and "…" where it is longer."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def spread(positions: Iterable[float], *, least: float, highest: float) -> list[float]:
    """Positions of labels near those given, at least `least` apart and in the same order.

    Args:
        highest: the last position that is allowed.
    """
    positions = list(positions)
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    lowest = -float("inf")
    for index in order:
        positions[index] = max(positions[index], lowest)
        lowest = positions[index] + least
    for index in reversed(order):
        positions[index] = min(positions[index], highest)
        highest = positions[index] - least
    return positions


@styled
def pixels(figure) -> np.ndarray:
    """The figure as uint8 (height, width, 3); the same for the same figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def save(figure, path):
    """Writes a figure as PNG: atomic, with this program's mark. Raises: UnwritableFileError."""
    save_png(pixels(figure), path)
