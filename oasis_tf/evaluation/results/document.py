"""The Markdown page of results: tables, pictures, and the protocol that the numbers hold under."""

import json

from oasis_tf.evaluation.results.class_groups import DEFINITION
from oasis_tf.evaluation.results.comparison_chart import compared
from oasis_tf.evaluation.results.tables import (
    class_table,
    comparison_table,
    escaped,
    marks_of_readings,
)
from oasis_tf.io.file_mark import MARKDOWN_MARK

LONGEST_SAID = 40  # characters of a value in a terminal
HEADINGS = {  # of a segmenter's protocol, where the key does not say it
    "held_out_miou": "held-out mIoU",
    "label_mapping": "classes of its logits",
    "num_held_out": "held-out pairs",
    "num_train": "training pairs",
    "sha256": "SHA-256",
}
COMPARABLE = (
    "Numbers are comparable only under one protocol: the same images in the same number and size, "
    "the same segmenter, the same network of features."
)


def markdown(evaluations, *, references, pictures):
    """The whole page.

    Args:
        evaluations: list of `Evaluation`; classes and protocol are those of the last.
        references: list of `Reference` of its data.
        pictures: dict of "comparison", "classes" and "training" to file names, as far as drawn.
    """
    newest = evaluations[-1]
    parts = ["# Results", comparison_table(evaluations, references), COMPARABLE]
    parts += [_list(_sources(references)), _list(protocol_of(evaluations))]
    parts += [_picture("comparison", comparison_heading(evaluations, references), pictures)]
    classes = class_table(newest)
    if classes:
        parts += [f"## Classes, {escaped(newest.title)}", classes]
        parts += [_picture("classes", "IoU of every class", pictures)]
    if "training" in pictures:
        parts += ["## Over training", DEFINITION]
        parts += [_picture("training", "IoU of groups of classes over training", pictures)]
    parts += [MARKDOWN_MARK]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def comparison_heading(evaluations, references=()):
    """What the comparison chart beside the results shows."""
    newest = evaluations[-1]
    what = compared([each for each in evaluations if each.is_comparable_with(newest)])
    return f"{what} beside published figures" if references else f"{what} of what was evaluated"


def _sources(references):
    for reference in references:
        yield f"{escaped(reference.model)}: {escaped(reference.source)}"


def protocol_of(evaluations, *, escape=escaped, brief=False):
    """Yields how each metric of the last evaluation was computed, or why it was not, a line each.

    Of mIoU there is a line for every way in which images were read, with its mark in the tables.

    Args:
        evaluations: list of `Evaluation`. escape: function(str) -> str, for texts of others.
        brief: bool, whether to leave long lists out, such as which logit is which class.
    """
    evaluation = evaluations[-1]
    metrics = evaluation.metrics
    for metric in (metrics.fid, metrics.kid):
        if metric:
            counts = f"{metric.num_real:,} real and {metric.num_fake:,} painted images"
            yield f"{escape(metric.name)}: {counts}"
    yield from _readings(evaluations, escape, brief=brief)
    if metrics.diversity:
        diversity, similarity = metrics.diversity, metrics.diversity.ms_ssim
        yield (
            f"diversity: means over all pairs of {diversity.samples} photographs of each of "
            f"{diversity.num_label_maps:,} label maps; MS-SSIM with windows of "
            f"{similarity.filter_size} px at {similarity.scales} scales; unweighted feature "
            f"distance in {escape(diversity.feature_distance.name)}"
        )
    yield from _skipped(evaluation, escape)


def _readings(evaluations, escape, *, brief):
    """Yields the segmenter's protocol for each mark, that of the last evaluation with it."""
    read = [evaluation for evaluation in evaluations if evaluation.reading]
    for mark, evaluation in dict(zip(marks_of_readings(read), read, strict=True)).items():
        segmenter = evaluation.metrics.miou.segmenter.model_dump(mode="json")
        if brief:
            segmenter = {k: v for k, v in segmenter.items() if k == "name" or _is_short(v)}
        yield f"{escape('mIoU' + mark)}: segmenter {escape(_said(segmenter))}"


def _skipped(evaluation, escape):
    """Yields which metrics could not be had, and why, a line each reason."""
    names = {}
    for name, reason in evaluation.skipped.items():
        if getattr(evaluation.metrics, name, None) is None:
            names.setdefault(reason, []).append(name)
    for reason, alike in names.items():
        is_named = reason.startswith(f"{alike[0]} needs ")
        prefix = "" if is_named else f"{', '.join(alike)}: "
        yield escape(f"{prefix}not measured: {reason}")


def _said(protocol):
    """The name; key: value; …, without what is empty."""
    others = [
        f"{HEADINGS.get(key) or key.replace('_', ' ')}: {_as_text(value)}"
        for key, value in protocol.items()
        if key != "name" and value not in (None, [])
    ]
    return "; ".join([protocol["name"], *others])


def _is_short(value):
    return value not in (None, []) and len(_as_text(value)) <= LONGEST_SAID


def _as_text(value):
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list) and any(isinstance(entry, str) for entry in value):
        return ", ".join("none" if entry is None else _as_text(entry) for entry in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(entries):
    return "\n".join(f"- {entry}" for entry in entries)


def _picture(name, alternative, pictures):
    return f"![{alternative}]({pictures[name]})" if name in pictures else None
