"""Which columns of a run's tables become which chart."""

import math

from oasis_tf.report.chart import Curve, line_chart

STANDARD = "in standard Inception; lower is better"
GRADIENT_NORMS = ("g_gradient_norm", "d_gradient_norm")


def charts(metrics, held_out, evaluations):
    """The charts of a run.

    Args:
        metrics: `Records` of its epochs. held_out: `Records` of its held-out scores.
        evaluations: `Records` of what `evaluate` measures as training goes on.
    Returns: list of `figure` elements, those left out that there is nothing for.
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
        line_chart(
            "Seconds a step",
            _curves(metrics, ["seconds_per_step"]),
            note="all but the execution that traces",
        ),
    ]
    return [chart for chart in drawn if chart is not None]


def _losses(metrics):
    """Columns of losses: all of `g_...` and `d_...` but gradient norms and scores."""
    return [
        name
        for name in metrics.columns
        if name.startswith(("g_", "d_"))
        and not name.startswith(("d_miou_", "d_accuracy_"))
        and name not in GRADIENT_NORMS
    ]


def _evaluation_charts(evaluations):
    """Every metric has an axis of its own; accuracies stand behind the IoUs."""

    def curve(name, column, color, *, faint=False):
        return Curve(name, evaluations.points(column), color, faint=faint)

    kinds = {"real": 1, "fake": 2}  # colours as in the chart of held-out scores
    scores = [curve(f"mIoU {kind}", f"miou_{kind}", color) for kind, color in kinds.items()]
    scores += [
        curve(f"accuracy {kind}", f"accuracy_{kind}", color, faint=True)
        for kind, color in kinds.items()
    ]
    frechet, kernel = curve("Fréchet distance", "fid", 3), curve("kernel distance", "kid", 3)
    likeness, distance = curve("MS-SSIM", "ms_ssim", 4), curve("distance", "feature_distance", 4)
    yield line_chart("Fréchet distance", [frechet], note=f"FID {STANDARD}", lowest=0.0)
    yield line_chart("Kernel distance", [kernel], note=f"KID {STANDARD}")
    yield line_chart("How well a segmenter reads the layout", scores, lowest=0.0)
    yield line_chart("Likeness of samples", [likeness], note="less is more diverse")
    yield line_chart("Distance of samples", [distance], note="more is more diverse", lowest=0.0)


def _curves(records, columns):
    """One curve a column; those that are zero throughout are switched off, and left out."""
    curves = [
        Curve(name, records.points(name), color) for color, name in enumerate(columns, start=1)
    ]
    return [c for c in curves if any(v and math.isfinite(v) for _, v in c.points)]
