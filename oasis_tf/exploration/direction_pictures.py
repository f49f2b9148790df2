"""Output of a found direction: its file, a strip, and a plot."""

from oasis_tf.exploration import pictures
from oasis_tf.visualization import charts, sheet
from oasis_tf.visualization.charts import BLUE, new_figure, styled


def files_of(folder):
    """Paths of the files of `write`."""
    return [folder / name for name in ("direction.json", "strip.png", "response.png")]


def write(sampler, direction, response, folder):
    """Writes direction.json, strip.png (a row for each held-out label map) and response.png.

    Args:
        sampler: `Sampler`. direction: `Direction`. folder: path of an existing folder.
        response: `Response`, on held-out label maps.
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
    charts.save(response_chart(direction, response), paths[2])
    return paths


@styled
def response_chart(direction, response):
    """The attribute against steps: a thin line a label map, and their mean.

    Returns: `matplotlib.figure.Figure`.
    """
    title = f"{direction.attribute} on label maps that the fit did not see"
    figure = new_figure(640, 400, title=title)
    axes = figure.add_subplot()
    for values in response.values:
        axes.plot(direction.steps, values, color=BLUE, alpha=0.35, linewidth=1.3)
    axes.plot(direction.steps, response.values.mean(0), "o-", color=BLUE, linewidth=3)
    axes.set_xlabel("steps along the direction, standard deviations of the noise; thick: the mean")
    axes.set_ylabel(direction.attribute)
    return figure
