"""Lines over steps, drawn with Pillow in the house's look."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from oasis_tf.report.scale import scale_of, short
from oasis_tf.visualize import (
    BACKGROUND,
    FAINT_INK,
    GAP,
    INK,
    LEGEND_SIZE,
    MARGIN,
    OUTLINE,
    TITLE_SIZE,
)

WIDTH, HEIGHT = 640, 340
LEFT, BOTTOM = 64, 56
SMOOTH = 4  # lines are drawn so many times larger, and shrunk
ACCENT = (37, 99, 201)
FAINT_LINE = (176, 190, 208)


def line_plot(title, x, lines, *, x_label):
    """Draws faint lines, and their mean in front.

    Args:
        title: str, on top. x_label: str, below.
        x: float (n,), increasing. lines: float (m, n).
    Returns: uint8 (HEIGHT, WIDTH, 3).
    """
    top, right, bottom = MARGIN + 2 * TITLE_SIZE, WIDTH - MARGIN, HEIGHT - BOTTOM
    up = scale_of(np.ravel(lines).tolist(), lowest=float(np.min(lines)))

    def place(step, value):
        across = (step - x[0]) / (x[-1] - x[0])
        return LEFT + across * (right - LEFT), bottom - up.place(value) * (bottom - top)

    large = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), BACKGROUND)
    pen = ImageDraw.Draw(large)
    for tick in up.ticks():
        y = place(x[0], tick)[1] * SMOOTH
        pen.line((LEFT * SMOOTH, y, right * SMOOTH, y), OUTLINE, width=SMOOTH)
    for values, color, width in [
        *((line, FAINT_LINE, 1.5) for line in lines),
        (np.mean(lines, axis=0), ACCENT, 3),
    ]:
        points = [tuple(SMOOTH * c for c in place(*pair)) for pair in zip(x, values, strict=True)]
        pen.line(points, color, width=round(width * SMOOTH), joint="curve")
    canvas = large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(LEGEND_SIZE)
    draw.text((MARGIN, MARGIN - 2), title, INK, font=ImageFont.load_default(TITLE_SIZE))
    for tick in up.ticks():
        y = place(x[0], tick)[1]
        draw.text((LEFT - GAP, y), short(tick), FAINT_INK, font=font, anchor="rm")
    for step in x:
        left = place(step, up.low)[0]
        draw.text((left, bottom + GAP), f"{step:g}", FAINT_INK, font=font, anchor="ma")
    draw.text(((LEFT + right) / 2, HEIGHT - 18), x_label, FAINT_INK, font=font, anchor="mm")
    return np.asarray(canvas)
