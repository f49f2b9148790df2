"""What is written of a direction: the file to use it by, a strip, and a plot."""

from pathlib import Path

import numpy as np

from oasis_tf import visualize
from oasis_tf.exploration import pictures
from oasis_tf.exploration.plot import line_plot

MOST_ROWS = 4


def write(studio, subjects, direction, response, folder):
    """Writes direction.json, strip.png (a row a held-out label map) and response.png.

    Args:
        studio: `Studio`. subjects: those that the direction was found with.
        direction: `Direction`. response: `Response`, on its held-out label maps.
        folder: made if it is not there.
    Returns: list of paths.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("direction.json", "strip.png", "response.png")]
    direction.save(paths[0])
    names = direction.held_out_label_maps[:MOST_ROWS]
    by_name = {subject.name: subject for subject in subjects}
    strip = pictures.strip(
        studio,
        response.images[: len(names)],
        [f"{direction.attribute} {step:+g}" if step else "as drawn" for step in direction.steps],
        label_maps=np.stack([studio.fit(by_name[name].read()) for name in names]),
        names=names,
    )
    visualize.save_png(strip, paths[1])
    plot = line_plot(
        f"{direction.attribute} on {len(response.values)} label maps that the fit did not see",
        np.array(direction.steps),
        response.values,
        x_label="steps along the direction; blue: the mean",
    )
    visualize.save_png(plot, paths[2])
    return paths
