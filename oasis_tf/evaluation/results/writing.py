"""Writes all files of results into one folder."""

import json
import shutil
import textwrap
from pathlib import Path

from oasis_tf.evaluation.results.class_groups import DEFINITION, class_groups, iou_of
from oasis_tf.evaluation.results.class_scores_chart import class_scores_chart
from oasis_tf.evaluation.results.comparison_chart import comparison_chart
from oasis_tf.evaluation.results.document import markdown, protocol_of
from oasis_tf.evaluation.results.evaluation import FORMAT, validated
from oasis_tf.evaluation.results.references import of_data, read_references
from oasis_tf.evaluation.results.tables import brief_table
from oasis_tf.evaluation.results.training_chart import training_chart
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.file_mark import marked_json
from oasis_tf.io.output_files import own_files, require_writable
from oasis_tf.visualization import charts

PICTURES = ("comparison", "classes", "training")


def summary(evaluations):
    """Text for a terminal: a row for each evaluation, and the protocol of the last one.

    Args:
        evaluations: see `write`.
    """
    evaluations = validated(evaluations)
    width = shutil.get_terminal_size().columns
    protocol = [
        textwrap.fill(
            f"- {line}",
            width,
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,  # addresses are to be copied
        )
        for line in protocol_of(evaluations, escape=str, brief=True)
    ]
    return "\n".join([brief_table(evaluations), *protocol])


def merged(earlier, evaluation):
    """Earlier evaluations with one more, in the order of runs and steps, the new one's run last.

    It replaces an earlier one of the same run and step, and keeps that one's other metrics if
    generator and data are the same.

    Args:
        earlier: list of dicts, see `write`. evaluation: dict.
    Returns: list of dicts.
    """
    (new,) = validated([evaluation])
    others = []
    for old in validated(earlier) if earlier else ():
        if (old.run, old.step) == (new.run, new.step):
            new = new.merged_with(old)
        else:
            others.append(old)
    ordered = sorted([*others, new], key=lambda e: (e.run == new.run, e.run, e.step))
    return [each.as_json() for each in ordered]


def files_of(path):
    """The paths that `write` may write for a JSON file, that file first."""
    path = Path(path)
    return [path, path.with_suffix(".md"), *(_picture(path, name) for name in PICTURES)]


def write(path, evaluations, *, references=None, overwrite=False):
    """Writes `results.json`, `results.md`, and the charts for which there are results.

    The charts are `results_comparison.png` (FID and mIoU, and published figures),
    `results_classes.png` (IoU of every class) and `results_training.png` (IoU over training, where
    a run was evaluated at several steps). They show the evaluations that are comparable with the
    last one: of the same images and segmenter. A chart of an earlier call that is not drawn now is
    deleted, if this program made it.

    Args:
        path: of the JSON file, under any name; its folder is created.
        evaluations: list of dicts, see `Evaluation`; at least one.
        references: list of `Reference`, or None for those of a clone, see `read_references`.
        overwrite: bool, replace files that this program did not make.
    Returns: list of the paths written.
    Raises: ResultsError, naming the key; OutputError, naming the file; OSError.
    """
    path = Path(path)
    require_writable(files_of(path), overwrite=overwrite)
    evaluations = validated(evaluations)
    newest = evaluations[-1]
    references = read_references() if references is None else references
    published = of_data(references, newest.data.source)
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = _draw(path, evaluations, published)
    page = markdown(
        evaluations,
        references=published,
        pictures={name: picture.name for name, picture in pictures.items()},
    )
    _write_text(path.with_suffix(".md"), page)
    document = {"format": FORMAT, "evaluations": [e.as_json() for e in evaluations]}
    document |= _of_classes(newest)
    document = marked_json(document)
    _write_text(path, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return [path, path.with_suffix(".md"), *pictures.values()]


def _draw(path, evaluations, published):
    """dict of chart's name to its path."""
    newest = evaluations[-1]
    alike = [e for e in evaluations if e.is_comparable_with(newest)]
    figures = {
        "comparison": comparison_chart(alike, published),
        "classes": class_scores_chart(newest),
        "training": training_chart([e for e in alike if e.run == newest.run]),
    }
    stale = own_files(files_of(path))
    for name, figure in figures.items():
        if figure is not None:
            charts.save(figure, _picture(path, name))
        elif _picture(path, name) in stale:
            _picture(path, name).unlink()
    return {name: _picture(path, name) for name, figure in figures.items() if figure is not None}


def _picture(path, name):
    return path.with_name(f"{path.stem}_{name}.png")


def _of_classes(evaluation):
    """The table of classes of the newest evaluation, in JSON's types."""
    groups = class_groups(evaluation.classes)
    scores = evaluation.scores()
    rows = [
        trait.model_dump()
        | {f"iou_{kind}": _or_none(iou_of(of_kind)(trait.id)) for kind, of_kind in scores.items()}
        | {"groups": [group.name for group in groups if trait.id in group.ids]}
        for trait in evaluation.classes
    ]
    means = {
        group.name: {kind: _or_none(group.mean_iou(of_kind)) for kind, of_kind in scores.items()}
        for group in groups
    }
    return {"per_class": rows, "groups": {"definition": DEFINITION, "mean_iou": means}}


def _or_none(number):
    return None if number != number else number


def _write_text(path, text):
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
