"""A picture to draw charts on: shapes with smooth edges, and text."""

import numpy as np
from PIL import Image, ImageDraw

from oasis_tf.visualization.labels import drawable, font_of
from oasis_tf.visualization.sheet import BACKGROUND, INK, LEGEND_SIZE, MARGIN, TITLE_SIZE

BLUE, ORANGE, GREEN = (37, 99, 201), (217, 102, 31), (20, 134, 109)
PURPLE, OCHRE, RED = (155, 79, 196), (184, 134, 11), (196, 61, 91)
COLORS = (BLUE, ORANGE, GREEN, PURPLE, OCHRE, RED)
GRID = (236, 238, 240)
GREY = (150, 156, 163)
FINE = 3  # shapes are drawn so many times larger, and reduced
DASH = 6


class Canvas:
    """All places and sizes are in pixels of the finished picture; `(x, y)` from its top left.

    Args:
        width, height: int.
    """

    def __init__(self, width, height):
        self.width, self.height = int(width), int(height)
        size = (self.width * FINE, self.height * FINE)
        self._shapes = Image.new("RGB", size, BACKGROUND)
        self._draw = ImageDraw.Draw(self._shapes)
        self._texts = []

    def line(self, points, color, *, width=2.0, dashed=False):
        """Through two points or more; `dashed` ones are straight, from the first to the last."""
        points = _dashes(points[0], points[-1]) if dashed else [points]
        for stroke in points:
            fine = [(x * FINE, y * FINE) for x, y in stroke]
            self._draw.line(fine, color, round(width * FINE), joint="curve")

    def dot(self, center, color, *, radius=4.5, hollow=False):
        x, y = (part * FINE for part in center)
        reach = radius * FINE
        corners = (x - reach, y - reach, x + reach, y + reach)
        fill = BACKGROUND if hollow else color
        self._draw.ellipse(corners, fill, outline=color, width=2 * FINE)

    def box(self, left, top, right, bottom, color):
        self._draw.rectangle([part * FINE for part in (left, top, right, bottom)], color)

    def text(self, place, text, *, color=INK, size=LEGEND_SIZE, anchor="la"):
        """One line; `anchor` as in Pillow."""
        self._texts.append((place, text, color, font_of(size), anchor))

    def title(self, text):
        self.text((MARGIN, MARGIN - 2), text, size=TITLE_SIZE)

    def finished(self):
        """uint8 (height, width, 3)."""
        image = self._shapes.reduce(FINE)
        draw = ImageDraw.Draw(image)
        for place, text, color, font, anchor in self._texts:
            draw.text(place, drawable(text), color, font=font, anchor=anchor)
        return np.asarray(image)


def _dashes(first, last):
    (x0, y0), (x1, y1) = first, last
    count = max(1, int(np.hypot(x1 - x0, y1 - y0) / (2 * DASH)))
    for index in range(count):
        ends = [(index + part) / count for part in (0, 0.5)]
        yield [(x0 + (x1 - x0) * end, y0 + (y1 - y0) * end) for end in ends]
