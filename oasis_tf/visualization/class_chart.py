"""A bar chart of how frequent classes are, drawn with Pillow."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from oasis_tf.visualization.sheet import (
    BACKGROUND,
    FAINT_INK,
    GAP,
    INK,
    LEGEND_SIZE,
    MARGIN,
    OUTLINE,
    TITLE_SIZE,
)

ROW = 20
BARS = 240
VALUES = 64
COLUMN_GAP = 32
ROWS_A_COLUMN = 40
GRID = (236, 238, 240)


def class_chart(shares, *, class_names, palette, title):
    """Bars on a logarithmic scale, most frequent first, in the classes' colours.

    Args:
        shares: dict of split's name to float (num_classes,) in [0, 1]; bars show the first split,
            ticks the others.
        class_names, palette: see `Source`.
        title: str.
    Returns: uint8 (height, width, 3).
    """
    (first, bars), *ticks = shares.items()
    order = np.argsort(-bars, kind="stable")
    num_columns = -(-len(order) // ROWS_A_COLUMN)
    rows = -(-len(order) // num_columns)  # columns of about one length
    font = ImageFont.load_default(LEGEND_SIZE)
    names_width = max(int(font.getlength(name)) for name in class_names) + GAP
    column_width = names_width + BARS + VALUES
    scale = LogScale(np.concatenate([bars, *(values for _, values in ticks)]))
    top = MARGIN + 2 * TITLE_SIZE + ROW
    width = 2 * MARGIN + num_columns * column_width + (num_columns - 1) * COLUMN_GAP
    title_font = ImageFont.load_default(TITLE_SIZE)
    width = max(width, 2 * MARGIN + int(title_font.getlength(title)))
    canvas = Image.new("RGB", (width, top + rows * ROW + 3 * ROW), BACKGROUND)
    draw = ImageDraw.Draw(canvas)
    draw.text((MARGIN, MARGIN - 2), title, INK, font=title_font)
    for column in range(num_columns):
        left = MARGIN + column * (column_width + COLUMN_GAP) + names_width
        shown = order[column * rows : (column + 1) * rows]
        _draw_grid(draw, scale, left=left, top=top, height=len(shown) * ROW)
        for row, class_id in enumerate(shown):
            _draw_bar(
                draw,
                scale,
                left=left,
                top=top + row * ROW,
                name=class_names[class_id],
                color=tuple(int(channel) for channel in palette[class_id]),
                share=bars[class_id],
                marks=[values[class_id] for _, values in ticks],
            )
    explanation = f"Part of all pixels, logarithmic; bars: {first}"
    explanation += "".join(f", ticks: {name}" for name, _ in ticks)
    draw.text((MARGIN, top + rows * ROW + ROW), explanation, FAINT_INK, font=font)
    return np.asarray(canvas)


class LogScale:
    """Decades from below the least share that is not 0 up to 1, over `BARS` pixels."""

    def __init__(self, shares):
        seen = shares[shares > 0]
        self.lowest = int(np.floor(np.log10(seen.min()))) if len(seen) else -1
        self.lowest = min(self.lowest, -1)

    def __call__(self, share):
        return BARS * (1 - np.log10(share) / self.lowest)

    def decades(self):
        return range(self.lowest, 1)


def _draw_grid(draw, scale, *, left, top, height):
    font = ImageFont.load_default(LEGEND_SIZE - 3)
    for decade in scale.decades():
        x = left + scale(10.0**decade)
        draw.line((x, top - 3, x, top + height), GRID)
        if decade % 2 == 0 or len(scale.decades()) <= 5:
            draw.text((x, top - 6), percent(10.0**decade), FAINT_INK, font=font, anchor="ms")


def _draw_bar(draw, scale, *, left, top, name, color, share, marks):
    font = ImageFont.load_default(LEGEND_SIZE)
    middle = top + ROW / 2
    seen = share > 0 or any(mark > 0 for mark in marks)
    draw.text((left - GAP, middle), name, INK if seen else FAINT_INK, font=font, anchor="rm")
    end = left
    if share > 0:
        end = left + max(scale(share), 2)
        draw.rectangle((left, top + 4, end, top + ROW - 4), fill=color, outline=OUTLINE)
    for mark in marks:
        if mark > 0:
            x = left + scale(mark)
            draw.line((x, top + 2, x, top + ROW - 2), BACKGROUND, width=4)
            draw.line((x, top + 2, x, top + ROW - 2), INK, width=2)
            end = max(end, x)
    text = percent(share) if share > 0 else "never"
    draw.text((end + GAP, middle), text, FAINT_INK, font=font, anchor="lm")


def percent(share):
    """0.1234 -> "12 %", 0.00012345 -> "0.012 %": two digits."""
    value = 100 * share
    digits = max(0, 1 - int(np.floor(np.log10(value)))) if value > 0 else 0
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"
