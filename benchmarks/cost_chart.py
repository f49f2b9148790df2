"""A chart of cost against label-map complexity, drawn with Pillow."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from oasis_tf.io.atomic_file import whole_file
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

WIDTH, HEIGHT = 720, 400
LEFT, TOP, RIGHT, BOTTOM = 64, 72, 700, 320
COLORS = ((214, 96, 77), (67, 147, 195), (90, 174, 97), (118, 120, 124))
DOT = 4
SCALE = 2  # drawn larger, then reduced: Pillow's lines have hard edges


def cost_chart(curves, path):
    """Writes a PNG: dots for label maps, a line through those of the last curve.

    Args:
        curves: dict of name to list of (distinct 5x5 neighbourhoods a pixel in (0, 1], cost as a
            ratio to dense), in rising order.
        path: of the file.
    """
    canvas = Image.new("RGB", (SCALE * WIDTH, SCALE * HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(canvas)
    title, small = (ImageFont.load_default(SCALE * size) for size in (TITLE_SIZE, LEGEND_SIZE))
    _text(draw, (MARGIN, MARGIN), "What an image costs, as a ratio to dense modulation", title)
    shares = [share for points in curves.values() for share, _ in points]
    lowest = np.floor(np.log10(min(shares)))
    highest = max(1.2, *(cost for points in curves.values() for _, cost in points))

    def place(share, cost):
        x = LEFT + (RIGHT - LEFT) * (1 - np.log10(share) / lowest)
        return SCALE * x, SCALE * (BOTTOM - (BOTTOM - TOP) * cost / highest)

    _draw_grid(draw, place, lowest=int(lowest), highest=highest, font=small)
    for index, (color, (name, points)) in enumerate(zip(COLORS, curves.items(), strict=False)):
        places = [place(*point) for point in points]
        if index == len(curves) - 1:
            draw.line(places, fill=color, width=SCALE * 2)
        for x, y in places:
            radius = SCALE * DOT
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
        x = MARGIN + index * (WIDTH - 2 * MARGIN) / 5
        y = HEIGHT - MARGIN - LEGEND_SIZE
        box = (x, y + 3, x + 10, y + 13)
        draw.rectangle([SCALE * side for side in box], fill=color)
        _text(draw, (x + 10 + GAP, y), name, small)
    file = io.BytesIO()
    canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, "png", optimize=True)
    with whole_file(path) as temporary:
        temporary.write_bytes(file.getvalue())


def _draw_grid(draw, place, *, lowest, highest, font):
    for power in range(lowest, 1):
        x, bottom = place(10.0**power, 0)
        draw.line((x, SCALE * TOP, x, bottom), fill=OUTLINE, width=SCALE)
        value = f"{100 * 10.0**power:g}%"
        draw.text((x, bottom + SCALE * GAP), value, FAINT_INK, font=font, anchor="ma")
    for cost in np.arange(0, highest, 0.25):
        left, y = place(10.0**lowest, cost)
        color = INK if cost == 1 else OUTLINE
        draw.line((left, y, SCALE * RIGHT, y), fill=color, width=SCALE)
        draw.text((left - SCALE * GAP, y), f"{cost:.2f}", FAINT_INK, font=font, anchor="rm")
    middle = SCALE * (LEFT + RIGHT) / 2
    value = "distinct 5x5 neighbourhoods in the label map, part of its pixels"
    draw.text((middle, SCALE * (BOTTOM + 28)), value, FAINT_INK, font=font, anchor="ma")


def _text(draw, place, value, font):
    draw.text([SCALE * at for at in place], value, INK, font=font)
