"""What is written of a direction: the file to use it by, a strip, and a plot."""

import numpy as np

from oasis_tf.exploration import pictures
from oasis_tf.visualization import sheet
from oasis_tf.visualization.canvas import BLUE, Canvas
from oasis_tf.visualization.frame import Frame
from oasis_tf.visualization.scale import Scale, scale_of
from oasis_tf.visualization.sheet import MARGIN, TITLE_SIZE

WIDTH, HEIGHT = 640, 360
LEFT, TOP, BELOW = MARGIN + 40, MARGIN + 2 * TITLE_SIZE + 24, 64
FAINT_BLUE = (176, 196, 232)


def files_of(folder):
    """The paths that `write` writes."""
    return [folder / name for name in ("direction.json", "strip.png", "response.png")]


def write(sampler, direction, response, folder):
    """Writes direction.json, strip.png (a row a held-out label map) and response.png.

    Args:
        sampler: `Sampler`. direction: `Direction`. folder: path, which is there.
        response: `Response`, on the label maps that the direction was not fitted on.
    Returns: list of paths.
    """
    paths = files_of(folder)
    direction.save(paths[0])
    strip = pictures.strip(
        sampler,
        response.images,
        [f"{step:+g}" if step else "as drawn" for step in direction.steps],
        title=f"Along the direction of {direction.attribute}: {sampler.title}",
        label_maps=response.label_maps.maps,
        names=response.label_maps.names,
    )
    sheet.save_png(strip, paths[1])
    sheet.save_png(response_chart(direction, response), paths[2])
    return paths


def response_chart(direction, response):
    """The attribute against steps: a thin line a label map, and their mean: uint8 (h, w, 3)."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.title(f"{direction.attribute} on label maps that the fit did not see")
    values = np.ravel(response.values).tolist()
    frame = Frame(
        left=LEFT,
        top=TOP,
        right=WIDTH - MARGIN,
        bottom=HEIGHT - BELOW,
        across=Scale(direction.steps[0], direction.steps[-1]),
        up=scale_of(values, lowest=min(values) - 0.06 * np.ptp(values)),
    )
    name = "steps along the direction, standard deviations of the noise; thick: the mean"
    frame.draw(canvas, across_name=name, up_name=direction.attribute)
    for line, color, width in [
        *((line, FAINT_BLUE, 1.5) for line in response.values),
        (response.values.mean(0), BLUE, 3),
    ]:
        points = [frame.place(*pair) for pair in zip(direction.steps, line, strict=True)]
        canvas.line(points, color, width=width)
        if width == 3:
            for point in points:
                canvas.dot(point, color)
    return canvas.finished()
