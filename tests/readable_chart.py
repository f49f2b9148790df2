"""Whether the texts of a chart can be read."""

import itertools

from oasis_tf.visualization import charts


def assert_readable(figure):
    """No text of a `matplotlib.figure.Figure` is cut off by its edge or lies on another text."""
    charts.pixels(figure)  # lays it out
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in _drawn(figure)]
    width, height = figure.canvas.get_width_height()
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0, f"{text!r} is cut off"
        assert box.x1 <= width and box.y1 <= height, f"{text!r} is cut off"
    for (one, box), (other, other_box) in itertools.combinations(boxes, 2):
        across = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
        up = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
        assert across <= 1 or up <= 3, f"{one!r} lies on {other!r}"  # lines have leading


def _drawn(figure):
    """Texts, without the labels of ticks outside of an axis, which are not drawn."""
    from matplotlib.text import Text

    hidden = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    texts = figure.findobj(match=Text)
    return [t for t in texts if t.get_visible() and t.get_text().strip() and t not in hidden]
