"""Elements of HTML and SVG; the standard library's serializer escapes every text and attribute."""

import re
from xml.etree import ElementTree

from oasis_tf.io.file_mark import SOFTWARE

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # not allowed in a document


def node(tag, *children, **attributes):
    """One element.

    Args:
        tag: str.
        *children: elements, strings (text, not markup), or None for nothing.
        **attributes: `class_` for "class", `stroke_width` for "stroke-width"; None for none.
    Returns: `xml.etree.ElementTree.Element`.
    """
    named = {
        name.rstrip("_").replace("_", "-"): _printable(value)
        for name, value in attributes.items()
        if value is not None
    }
    element = ElementTree.Element(tag, named)
    for child in children:
        if child is None:
            continue
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + _printable(child)
        else:
            element.text = (element.text or "") + _printable(child)
    return element


def document(*, title, style, body):
    """A whole HTML page as a string.

    Args:
        title: str. style: str, CSS of our own. body: list of elements.
    """
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("meta", name="generator", content=SOFTWARE),
        node("title", title),
        node("style", style),
    )
    page = node("html", head, node("body", node("main", *body)), lang="en")
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html")


def _printable(value):
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
