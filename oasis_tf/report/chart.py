"""Curves over training steps as inline SVG, coloured by the page's style sheet."""

import math
from dataclasses import dataclass

from oasis_tf.report.markup import node
from oasis_tf.report.scale import Scale, scale_of, short

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 22, 10, 30
MOST_POINTS = 500  # a curve is no wider than that on any screen
MOST_DOTS = 40


@dataclass(frozen=True)
class Curve:
    """One line of a chart.

    Args:
        name: str. points: list of (step, value); a value that is not finite is a gap.
        color: int, 1 to 6, one of the style sheet's.
        faint: bool, drawn thin and dashed behind the others.
    """

    name: str
    points: list
    color: int
    faint: bool = False

    @property
    def style(self):
        return f"s{self.color} faint" if self.faint else f"s{self.color}"


def line_chart(title, curves, *, note=None, lowest=None, unit="step"):
    """Curves in one frame, over a legend with the last value of each.

    Args:
        title: str. curves: list of `Curve`; empty ones are left out.
        note: str, said beside the title. lowest: see `scale_of`.
        unit: str, what is counted from left to right.
    Returns: a `figure` element, or None if there is nothing to draw.
    """
    curves = [curve for curve in curves if _finite(curve.points)]
    if not curves:
        return None
    shown = [point for curve in curves for point in _finite(curve.points)]
    across = Scale(0, max(1, *(step for step, _ in shown)))
    up = scale_of([value for _, value in shown], lowest=lowest)
    label = f"{title}: " + ", ".join(f"{c.name} {short(_last(c))}" for c in curves)
    from_behind = sorted(curves, key=lambda curve: not curve.faint)
    picture = node(
        "svg",
        *_frame(across, up),
        *(_line(curve, across, up, unit) for curve in from_behind),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=label,
    )
    heading = node("figcaption", node("strong", title), f" {note}" if note else None)
    return node("figure", heading, picture, _legend(curves), class_="chart")


def _finite(points):
    return [(step, value) for step, value in points if math.isfinite(value)]


def _last(curve):
    return _finite(curve.points)[-1][1]


def _thinned(points):
    """Evenly chosen, the last one among them."""
    stride = -(-len(points) // MOST_POINTS)
    return points[::-stride][::-1]


def _x(across, step):
    return LEFT + across.place(step) * (WIDTH - LEFT - RIGHT)


def _y(up, value):
    return HEIGHT - BOTTOM - up.place(min(max(value, up.low), up.high)) * (HEIGHT - TOP - BOTTOM)


def _frame(across, up):
    """Grid lines and the numbers beside them."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for value in up.ticks():
        y = f"{_y(up, value):.1f}"
        yield node("line", x1=LEFT, x2=right, y1=y, y2=y, class_="rule")
        yield node("text", short(value), x=LEFT - 7, y=y, dy="0.34em", class_="tick end")
    for step in across.ticks(count=5):
        x = f"{_x(across, step):.1f}"
        yield node("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="axis")
        yield node("text", short(step), x=x, y=bottom + 18, class_="tick")
    yield node("line", x1=LEFT, x2=right, y1=bottom, y2=bottom, class_="axis")


def _line(curve, across, up, unit):
    """The path, broken where values are missing, and dots to point at where there is room."""
    path, pen_is_down, dots = [], False, []
    for step, value in _thinned(curve.points):
        if not math.isfinite(value):
            pen_is_down = False
            continue
        x, y = f"{_x(across, step):.1f}", f"{_y(up, value):.1f}"
        path.append(f"{'L' if pen_is_down else 'M'}{x} {y}")
        pen_is_down = True
        dots.append((x, y, f"{curve.name}, {unit} {step:,}: {value:.4g}"))
    if len(dots) > MOST_DOTS:
        dots = dots[-1:]
    return node(
        "g",
        node("path", d="".join(path)),
        *(node("circle", node("title", text), cx=x, cy=y, r=2.6) for x, y, text in dots),
        class_=f"line {curve.style}",
    )


def _legend(curves):
    return node(
        "ul",
        *(
            node(
                "li",
                node("i", class_=curve.style),
                f"{curve.name} ",
                node("b", short(_last(curve))),
            )
            for curve in curves
        ),
        class_="legend",
    )
