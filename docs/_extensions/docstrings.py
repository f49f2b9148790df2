"""Docstrings are Markdown with Google's sections; autodoc expects reStructuredText."""

import re


def to_restructured_text(lines: list[str]) -> list[str]:
    """Turns fenced code into code blocks, and `names` into literals.

    Args:
        lines: of one docstring.
    """
    result, indent = [], None
    for line in lines:
        fence = re.fullmatch(r"( *)```(\w*)", line)
        if fence and indent is None:
            indent = "    "
            result += ["", f"{fence[1]}.. code-block:: {fence[2] or 'text'}", ""]
        elif fence:
            indent = None
            result.append("")
        elif indent is not None:
            result.append(indent + line)
        else:
            result.append(re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line))
    return result


def _process(app, what, name, obj, options, lines):
    lines[:] = to_restructured_text(lines)


def setup(app):
    app.connect("autodoc-process-docstring", _process, priority=400)  # before napoleon
    return {"parallel_read_safe": True}
