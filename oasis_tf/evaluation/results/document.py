"""The Markdown page of results: tables, charts and protocol."""

from oasis_tf.config.metrics import registered_metrics
from oasis_tf.evaluation.results.class_groups import DEFINITION
from oasis_tf.evaluation.results.comparison_chart import compared
from oasis_tf.evaluation.results.tables import (
    class_table,
    comparison_table,
    escaped,
    marks_of,
)
from oasis_tf.io.file_mark import MARKDOWN_MARK

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

    A metric with protocols has a line for each of them, with its mark in the tables.

    Args:
        evaluations: list of `Evaluation`. escape: function(str) -> str, for texts of others.
        brief: bool, whether to leave long lists out, such as the classes of a segmenter's logits.
    """
    newest = evaluations[-1]
    for name, metric in registered_metrics().items():
        for mark, evaluation in _last_by_mark(evaluations, name).items():
            _, result = evaluation.measured[name]
            description = metric.description(result, brief=brief)
            if description:
                label, sentence = description
                yield escape(f"{label}{mark}: {sentence}")
    names = {}
    for name, reason in newest.skipped.items():
        if name not in newest.measured:
            names.setdefault(reason, []).append(name)
    for reason, alike in names.items():
        is_named = reason.startswith(f"{alike[0]} needs ")
        prefix = "" if is_named else f"{', '.join(alike)}: "
        yield escape(f"{prefix}not measured: {reason}")


def _last_by_mark(evaluations, name):
    """dict of a metric's mark to the last evaluation that has it.

    A metric without protocols is described only by the last of all evaluations, if it has it.
    """
    having = [evaluation for evaluation in evaluations if name in evaluation.measured]
    if not any(evaluation.protocol_of(name) for evaluation in having):
        having = [evaluation for evaluation in evaluations[-1:] if evaluation in having]
    return dict(zip(marks_of(having, name), having, strict=True))


def _list(entries):
    return "\n".join(f"- {entry}" for entry in entries)


def _picture(name, alternative, pictures):
    return f"![{alternative}]({pictures[name]})" if name in pictures else None
