"""The results of `evaluate` in the report: table, protocol and charts."""

from PIL import Image

from oasis_tf.evaluation import results
from oasis_tf.evaluation.results.document import comparison_heading, protocol_of
from oasis_tf.evaluation.results.tables import NOTHING, columns, rows_of
from oasis_tf.report.markup import node
from oasis_tf.report.pictures import data_uri
from oasis_tf.report.records import ReportError

PICTURES = {  # by what stands in their names
    "comparison": None,  # depends on what was measured
    "classes": "IoU of every class",
    "training": "IoU of groups of classes over training",
}
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)  # as Pillow raises


def evaluation_section(path):
    """Elements for the results in a JSON file that `results.write` wrote.

    Args:
        path: of the file; may be missing.
    Returns: list of elements, empty without results.
    Raises: ReportError, naming the file.
    """
    if not path.exists():
        return []
    try:
        evaluations = results.read(path)
    except (OSError, results.ResultsError) as error:
        raise ReportError(f"{path} cannot be read: {error}") from error
    lines = [node("li", line) for line in protocol_of(evaluations, escape=str)]
    protocol = node("ul", *lines, class_="soft")
    return [
        node("div", _table(evaluations), protocol, class_="card wide"),
        *_pictures(path, evaluations),
    ]


def _table(evaluations):
    """A row an evaluation; empty columns are left out."""
    rows, headings = rows_of(evaluations), columns()
    shown = [i for i in range(len(headings)) if any(row[i] != NOTHING for row in rows)]
    head = node("thead", node("tr", *(node("th", headings[i]) for i in shown)))
    body = [node("tr", *(node("td", row[i]) for i in shown)) for row in rows]
    return node("table", head, node("tbody", *body))


def _pictures(path, evaluations):
    for name, value in PICTURES.items():
        picture = path.with_name(f"{path.stem}_{name}.png")
        try:
            uri = data_uri(picture)
        except UNREADABLE:  # missing, or being written
            continue
        value = value or comparison_heading(evaluations)
        caption = node("figcaption", node("strong", value))
        yield node("figure", caption, node("img", src=uri, alt=value), class_="wide")
