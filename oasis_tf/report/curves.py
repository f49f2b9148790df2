"""The charts of a run."""

import math

from oasis_tf.config.metrics import registered_metrics
from oasis_tf.report.chart import Curve, line_chart

LEARNING_RATES = ("learning_rate_g", "learning_rate_d")
GRADIENT_NORMS = ("g_gradient_norm", "d_gradient_norm")


def charts(metrics, held_out, evaluations):
    """The charts of a run.

    Args:
        metrics: `Records` of its epochs. held_out: `Records` of its held-out scores.
        evaluations: `Records` of what `evaluate` measures as training goes on.
    Returns: list of `figure` elements, without empty charts.
    """
    scores = []
    for color, kind in enumerate(("real", "fake"), start=1):
        points = held_out.where("images", kind).points("miou")
        scores.append(Curve(f"held-out {kind}", points, color))
        points = metrics.points(f"d_miou_{kind}")
        scores.append(Curve(f"training {kind}", points, color, faint=True))
    drawn = [
        line_chart("Losses", _curves(metrics, _losses(metrics)), note="means of each epoch"),
        line_chart("How well the discriminator reads the layout", scores, note="mIoU", lowest=0.0),
        *_evaluation_charts(evaluations),
        line_chart("Gradient norms", _curves(metrics, GRADIENT_NORMS), note="means of each epoch"),
        line_chart("Learning rates", _curves(metrics, LEARNING_RATES), lowest=0.0),
        line_chart(
            "Seconds a step",
            _curves(metrics, ["seconds_per_step"]),
            note="all but the execution that traces",
        ),
    ]
    return [chart for chart in drawn if chart is not None]


def _losses(metrics):
    """Columns of losses: all of `g_...`, `gan...` and `d_...` but gradient norms and scores."""
    return [
        name
        for name in metrics.columns
        if name.startswith(("g_", "gan", "d_"))
        and not name.startswith(("d_miou_", "d_accuracy_"))
        and name not in GRADIENT_NORMS
    ]


def _evaluation_charts(evaluations):
    """The charts of each registered metric."""
    for metric in registered_metrics().values():
        for chart in metric.charts:
            curves = [
                Curve(curve.label, evaluations.points(curve.number), curve.color, curve.faint)
                for curve in chart.curves
            ]
            yield line_chart(chart.title, curves, note=chart.note, lowest=chart.lowest)


def _curves(records, columns):
    """One curve a column; those that are zero throughout are switched off, and left out."""
    curves = [
        Curve(name, records.points(name), color) for color, name in enumerate(columns, start=1)
    ]
    return [c for c in curves if any(v and math.isfinite(v) for _, v in c.points)]
