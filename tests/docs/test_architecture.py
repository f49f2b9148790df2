"""The drawing in docs/design/architecture.md shows the packages that there are, and their order."""

import xml.etree.ElementTree as ElementTree

from documents import ROOT, text_of
from test_imports import FILES, IN_THE_ROOT, PACKAGE, packages_used

DRAWING = ROOT / "docs" / "pictures" / "architecture.svg"


def heights():
    """Each package in the drawing: name to its y."""
    texts = ElementTree.parse(DRAWING).iter("{http://www.w3.org/2000/svg}text")
    return {text.text: float(text.get("y")) for text in texts if text.get("class") == "package"}


def test_every_package_is_drawn_and_exists():
    packages = {path.relative_to(PACKAGE).parts[0] for path in FILES} - IN_THE_ROOT
    assert heights().keys() == packages


def test_imports_point_down():
    place = heights()
    wrong = [
        f"{package} imports {other}"
        for package, others in packages_used().items()
        for other in others
        if place[other] <= place[package]
    ]
    assert wrong == []


def test_the_page_shows_it():
    page = text_of(ROOT / "docs" / "design" / "architecture.md")
    assert "](../pictures/architecture.svg)" in page
    assert "prefers-color-scheme: dark" in DRAWING.read_text(encoding="utf-8")
