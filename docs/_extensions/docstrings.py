"""Docstrings are Markdown with Google's sections; autodoc expects reStructuredText."""

import re

SENTENCE = re.compile(r"(Returns|Raises|Reference|Logs|Input shape|Output shape): (.+)")


def to_restructured_text(lines: list[str]) -> list[str]:
    """Turns fenced code into code blocks, `names` into literals, "Raises: ..." into paragraphs.

    Args:
        lines: of one docstring.
    """
    result, is_code, is_sentence = [], False, False
    for line in lines:
        fence = re.fullmatch(r"( *)```(\w*)", line)
        sentence = SENTENCE.fullmatch(line)
        is_sentence = bool(sentence) or (is_sentence and line.startswith(" "))
        if fence:
            result += ["", f"{fence[1]}.. code-block:: {fence[2]}", ""] if fence[2] else [""]
            is_code = bool(fence[2])
        elif is_code:
            result.append("    " + line)
        elif sentence:
            result += ["", f"**{sentence[1]}:** {_literals(sentence[2])}"]
        else:
            result.append(_literals(line.lstrip() if is_sentence else line))
    return result


def _literals(line):
    return re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line)


def _process(app, what, name, obj, options, lines):
    lines[:] = to_restructured_text(lines)


def setup(app):
    app.connect("autodoc-process-docstring", _process, priority=400)  # before napoleon
    return {"parallel_read_safe": True}
