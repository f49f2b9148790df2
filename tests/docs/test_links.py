"""Links of the documents lead to files and headings that exist, and every page is in the site."""

import re

import pytest
from documents import DOCUMENTS, PAGES, ROOT, TUTORIAL, name_of, text_of, without_code

LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(path):
    """As GitHub and MyST make them from headings."""
    text = re.sub(r"^( *)```.*?^\1```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "]", heading).lower())
        yield plain.replace(" ", "-")


def broken(path):
    text = text_of(path) if path == TUTORIAL else without_code(path)
    for link in LINK.findall(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: there is no such heading"


@pytest.mark.parametrize("path", [*DOCUMENTS, TUTORIAL], ids=name_of)
def test_links_lead_somewhere(path):
    assert list(broken(path)) == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One `two`\n[a](page.md#one-two) [b](page.md#two) [c](d.md) `[e](f.md)`")
    assert list(broken(page)) == [
        "page.md#two: there is no such heading",
        "d.md: there is no such file",
    ]


def test_every_page_is_in_the_site_once():
    index = ROOT / "docs" / "index.md"
    trees = re.findall(r"```{toctree}\n(.*?)```", text_of(index), re.DOTALL)
    listed = [line for tree in trees for line in tree.splitlines() if line and line[0] != ":"]
    pages = {name_of(page).removeprefix("docs/").removesuffix(".md") for page in PAGES}
    assert sorted(listed) == sorted((pages | {"tutorial"}) - {"index"}), (
        "a page is missing in a toctree of docs/index.md, or stands there twice"
    )


def test_readme_names_every_guide():
    """Pages directly in docs/, but for the site's own first page."""
    linked = set(LINK.findall(text_of(ROOT / "README.md")))
    guides = {name_of(page) for page in PAGES if page.parent.name == "docs"} - {"docs/index.md"}
    assert guides <= {link.partition("#")[0] for link in linked}, "a row is missing in its table"
