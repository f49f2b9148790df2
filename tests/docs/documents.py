"""The documents: README and the pages of docs/, and what stands in them."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
PAGES = sorted(
    path for path in (ROOT / "docs").rglob("*.md") if not path.is_relative_to(ROOT / "docs/_build")
)
DOCUMENTS = [ROOT / "README.md", ROOT / "export" / "serving" / "README.md", *PAGES]
RUNS = "<!-- A test runs this. -->\n"


def name_of(path):
    return str(path.relative_to(ROOT))


def text_of(path):
    """Markdown; of a notebook, that of its text cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return "\n\n".join("".join(it["source"]) for it in cells if it["cell_type"] == "markdown")
    return text


def blocks(path, language, *, before=""):
    """The fenced blocks of a language, without the indentation of a list."""
    found = re.findall(
        rf"^{re.escape(before)}( *)```{language}\n(.*?)^\1```",
        text_of(path),
        re.DOTALL | re.MULTILINE,
    )
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def without_code(path):
    """The text without fenced blocks and inline code."""
    text = re.sub(r"^( *)```.*?^\1```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)
