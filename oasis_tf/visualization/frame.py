"""The axes of a chart."""

from dataclasses import dataclass

from oasis_tf.visualization.canvas import GRID
from oasis_tf.visualization.labels import LINE
from oasis_tf.visualization.scale import Scale, short
from oasis_tf.visualization.sheet import FAINT_INK, LEGEND_SIZE

NUMBER_SIZE = LEGEND_SIZE - 1


@dataclass(frozen=True)
class Frame:
    """Where values lie on a canvas.

    left, top, right, bottom: pixels. across, up: `Scale` of either direction.
    """

    left: float
    top: float
    right: float
    bottom: float
    across: Scale
    up: Scale

    def place(self, x, y):
        """(x, y) in pixels of two values."""
        return (
            self.left + self.across.place(x) * (self.right - self.left),
            self.bottom - self.up.place(y) * (self.bottom - self.top),
        )

    def draw(self, canvas, *, across_name, up_name):
        """Grid, numbers, and what they count: above the one axis and below the other."""
        for value in self.up.ticks(count=5):
            _, y = self.place(self.across.low, value)
            canvas.line([(self.left, y), (self.right, y)], GRID, width=1)
            place = (self.left - 8, y)
            canvas.text(place, short(value), color=FAINT_INK, size=NUMBER_SIZE, anchor="rm")
        for value in self.across.ticks(count=5):
            x, _ = self.place(value, self.up.low)
            canvas.line([(x, self.bottom), (x, self.bottom + 4)], FAINT_INK, width=1)
            place = (x, self.bottom + 8)
            canvas.text(place, short(value), color=FAINT_INK, size=NUMBER_SIZE, anchor="ma")
        canvas.line([(self.left, self.bottom), (self.right, self.bottom)], FAINT_INK, width=1)
        canvas.text((self.left, self.top - LINE), up_name, color=FAINT_INK)
        place = (self.right, self.bottom + LINE + 6)
        canvas.text(place, across_name, color=FAINT_INK, anchor="ra")
