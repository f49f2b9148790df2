"""Draws how distinct neighbourhoods are computed once and looked up.

python -m benchmarks.neighbourhood_figure [--out docs/pictures/neighbourhoods.png]
"""

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from oasis_tf.data.datasets.landscapes import PALETTE
from oasis_tf.data.landscapes import render
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.visualization.sheet import (
    BACKGROUND,
    FAINT_INK,
    GAP,
    INK,
    LEGEND_SIZE,
    MARGIN,
    OUTLINE,
)

SEED, SIZE = 5, 256
CORNER, CROP = (118, 96), 22  # of the enlarged part
CELL = 15
PANEL = CELL * CROP
TOP = 2 * MARGIN + LEGEND_SIZE
TABLE_CELL = 7
COLORS = ((202, 0, 32), (5, 113, 176), (123, 50, 148))
NUM_SHOWN = 3  # pixels of each neighbourhood
TABLE_LEFT = 2 * PANEL + 3 * MARGIN + 90


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs/pictures/neighbourhoods.png"))
    arguments = parser.parse_args()
    _, label_map = render(SEED, (SIZE, SIZE))
    label_map = np.asarray(label_map)
    first, numbers = first_pixels(label_map)
    canvas = Image.new("RGB", (TABLE_LEFT + 260, TOP + PANEL + 4 * MARGIN), BACKGROUND)
    draw_map(canvas, label_map, first)
    draw_crop(canvas, label_map, numbers)
    file = io.BytesIO()
    canvas.save(file, "png", optimize=True)
    with whole_file(arguments.out) as temporary:
        temporary.write_bytes(file.getvalue())
    print(f"{first.sum():,} of {first.size:,} pixels: {100 * first.mean():.1f}%")


def first_pixels(label_map):
    """bool (h, w), the first pixel of each distinct 5x5 neighbourhood; and all pixels' numbers."""
    padded = np.pad(np.int32(label_map), 2, constant_values=-1)
    height, width = label_map.shape
    seen = [padded[i : i + height, j : j + width].ravel() for i in range(5) for j in range(5)]
    _, first, numbers = np.unique(
        np.stack(seen, axis=1), axis=0, return_index=True, return_inverse=True
    )
    is_first = np.zeros(label_map.size, bool)
    is_first[first] = True
    return is_first.reshape(label_map.shape), numbers.reshape(label_map.shape)


def draw_map(canvas, label_map, first):
    """The label map, pale, and in ink the pixels whose neighbourhood was not there before."""
    pale = 255 - (255 - np.int32(PALETTE)[label_map]) * 2 // 5
    pale[first] = INK
    picture = Image.fromarray(np.uint8(pale))
    canvas.paste(picture.resize((PANEL, PANEL), Image.Resampling.BOX), (MARGIN, TOP))
    draw = ImageDraw.Draw(canvas)
    scale = PANEL / SIZE
    row, column = CORNER
    box = [MARGIN + scale * column, TOP + scale * row]
    box += [box[0] + scale * CROP, box[1] + scale * CROP]
    draw.rectangle(box, outline=COLORS[0], width=2)
    say(draw, (MARGIN, MARGIN), f"A label map of {first.size:,} pixels …")
    say(
        draw, (MARGIN, TOP + PANEL + GAP), f"… and its {first.sum():,} distinct 5x5 neighbourhoods:"
    )
    say(
        draw,
        (MARGIN, TOP + PANEL + GAP + 20),
        "dark where one is seen for the first time",
        FAINT_INK,
    )


def draw_crop(canvas, label_map, numbers):
    """The enlarged part, some pixels of three neighbourhoods, and the rows that they look up."""
    draw = ImageDraw.Draw(canvas)
    left = PANEL + 2 * MARGIN
    row, column = CORNER
    part = np.s_[row : row + CROP, column : column + CROP]
    colors = np.uint8(255 - (255 - np.int32(PALETTE)[label_map[part]]) * 3 // 5)
    picture = Image.fromarray(colors).resize((PANEL, PANEL), Image.Resampling.NEAREST)
    canvas.paste(picture, (left, TOP))
    for i in range(CROP + 1):
        at = i * CELL
        draw.line((left + at, TOP, left + at, TOP + PANEL), fill=OUTLINE)
        draw.line((left, TOP + at, left + PANEL, TOP + at), fill=OUTLINE)
    say(draw, (left, MARGIN), "Pixels with the same neighbourhood …")
    say(draw, (TABLE_LEFT, MARGIN), "… look up the same row")
    for index, places in enumerate(chosen(label_map, numbers[part])):
        y, color = TOP + 24 + index * 105, COLORS[index]
        draw_row(draw, y, color, seed=index)
        for i, j in places:
            x0, y0 = left + CELL * (j - 2), TOP + CELL * (i - 2)
            draw.rectangle((x0, y0, x0 + 5 * CELL, y0 + 5 * CELL), outline=color, width=2)
            center = (left + CELL * j + CELL // 2, TOP + CELL * i + CELL // 2)
            draw.line((*center, TABLE_LEFT - GAP, y + 10), fill=color, width=1)
            draw.ellipse([c + d for d in (-4, 4) for c in center], fill=color)
    y = TOP + PANEL + GAP
    say(draw, (left, y), "Each row is computed once, by two small matrix products;")
    say(draw, (left, y + 20), "dense convolutions compute it anew at every pixel", FAINT_INK)


def chosen(label_map, numbers):
    """For three neighbourhoods with several labels, the places (i, j) of some pixels far apart."""
    inside = numbers[2:-2, 2:-2]
    row, column = CORNER
    found = []
    values, counts = np.unique(inside, return_counts=True)
    for value in values[np.argsort(-counts)]:
        places = np.argwhere(inside == value) + 2
        i, j = places[0]
        window = label_map[row + i - 2 : row + i + 3, column + j - 2 : column + j + 3]
        if len(places) < NUM_SHOWN or (found and len(np.unique(window)) == 1):
            continue
        order = np.linspace(0, len(places) - 1, NUM_SHOWN).astype(int)
        found.append(places[order])
        if len(found) == len(COLORS):
            return found
    raise ValueError("this part of the label map has too few neighbourhoods that come back")


def draw_row(draw, y, color, *, seed):
    """One row of the table: its scales and shifts as strips of grey."""
    rng = np.random.default_rng(seed)
    for word, top in (("scale", y), ("shift", y + 26)):
        say(draw, (TABLE_LEFT, top), word)
        for k, grey in enumerate(rng.integers(90, 250, 24)):
            x = TABLE_LEFT + 50 + k * TABLE_CELL
            draw.rectangle((x, top, x + TABLE_CELL, top + 18), fill=(int(grey),) * 3)
    box = (TABLE_LEFT - GAP, y - GAP, TABLE_LEFT + 50 + 24 * TABLE_CELL + GAP, y + 52)
    draw.rectangle(box, outline=color, width=2)


def say(draw, place, words, color=INK):
    draw.text(place, words, color, font=ImageFont.load_default(LEGEND_SIZE))


if __name__ == "__main__":
    main()
