"""A chart of the IoU of frequent, rare, uniform and complex classes over training."""

import numpy as np

from oasis_tf.evaluation.results.class_groups import DEFINITION, class_groups, iou_of
from oasis_tf.visualization import charts
from oasis_tf.visualization.charts import FAINT, GREY, new_figure, shortened, spread, styled

COLORS = {
    "frequent": charts.BLUE,
    "rare": charts.ORANGE,
    "uniform": charts.GREEN,
    "complex": charts.PURPLE,
}
WIDTH, ROW_HEIGHT = 1100, 340  # pixels
MOST_NAMES = 10  # of classes beside a panel
LONGEST_NAME = 20  # characters
LINE = 0.055  # of a panel's height, between two names


@styled
def training_chart(evaluations):
    """A panel a group: its mean as a thick line, its classes as thin ones.

    Args:
        evaluations: list of `Evaluation` of one run and segmenter; groups are those of the last.
    Returns: `matplotlib.figure.Figure`, or None unless there are two steps with IoUs, and groups.
    """
    scored = {e.step: e for e in evaluations if e.scores()}
    scored = [scored[step] for step in sorted(scored)]
    groups = class_groups(evaluations[-1].classes)
    if len(scored) < 2 or not groups:
        return None
    num_rows = -(-len(groups) // 2)
    figure = new_figure(
        WIDTH,
        50 + num_rows * ROW_HEIGHT,
        title=f"IoU over training, {scored[-1].run_name}",
        notes=[_note(scored[-1])],
    )
    panels = np.ravel(figure.subplots(num_rows, 2, squeeze=False))
    for axes, group in zip(panels, groups, strict=False):
        _draw_group(axes, group, scored)
    highest = max(axes.get_ylim()[1] for axes in panels[: len(groups)])
    for axes, group in zip(panels, groups, strict=False):
        axes.set(xlim=(0, max(1, scored[-1].step)), ylim=(0, highest))
        _draw_names(axes, group, scored, highest=highest)
    return figure


def _note(evaluation):
    segmenter = evaluation.metrics.miou.segmenter
    name = segmenter.name
    if segmenter.kind != segmenter.name:
        name = f"{segmenter.kind} of each step"
    dashed = ", dashed: the mean on real images" if "real" in evaluation.scores() else ""
    return (
        f"{DEFINITION} IoU of painted images; segmenter: {name}. Thick: the group's mean, thin: "
        f"its classes{dashed}."
    )


def _draw_group(axes, group, evaluations):
    from matplotlib.ticker import MaxNLocator

    color = COLORS[group.name]
    axes.set_title(f"{group.name} classes")
    axes.set(xlabel="step", ylabel="IoU, %")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    for index in group.ids:
        points = _points(evaluations, lambda scores, i=index: iou_of(scores)(i))
        axes.plot(*points, color=color, alpha=0.45, linewidth=1.2, **_dots(points))
    points = _points(evaluations, group.mean_iou, kind="real")
    axes.plot(*points, color=GREY, linewidth=1.5, linestyle="--")
    points = _points(evaluations, group.mean_iou)
    axes.plot(*points, color=color, linewidth=3.5, **_dots(points))


def _dots(points):
    """A marker where no two neighbouring points have values, so that no line is seen."""
    known = ~np.isnan(points[1])
    return {} if (known[1:] & known[:-1]).any() else {"marker": "o"}


def _points(evaluations, score, *, kind="fake"):
    """Steps and percent of the evaluations that have such scores; NaN where there is no IoU."""
    scored = [(e.step, e.scores()[kind]) for e in evaluations if kind in e.scores()]
    steps = [step for step, _ in scored]
    return steps, np.array([100 * score(scores) for _, scores in scored])


def _draw_names(axes, group, evaluations, *, highest):
    """Names of the classes where their lines end."""
    ends = {}
    for trait in group.traits[:MOST_NAMES]:
        _, values = _points(evaluations, lambda scores, i=trait.id: iou_of(scores)(i))
        if not np.isnan(values).all():
            ends[trait.name] = values[~np.isnan(values)][-1]
    least = LINE * highest
    hidden = len(group.traits) - MOST_NAMES
    places = spread(ends.values(), least=least, highest=highest - least * (hidden > 0))
    names = [shortened(name, LONGEST_NAME) for name in ends]
    if hidden > 0 and places:
        places, names = [*places, max(places) + least], [*names, f"and {hidden} more"]
    for name, place in zip(names, places, strict=True):
        axes.annotate(
            name,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=FAINT,
        )
