"""The table "your id -> class" of a data set's label maps."""

import shutil
import textwrap
from collections.abc import Sequence

from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.label_ids import id_ranges

ARROW = "->"


def values_text(values: Sequence[int | Sequence[int]]) -> str:
    """Ids as ranges, "0..2, 7"; colours as "#8040ff, #000000"."""
    if not values:
        return ""
    if isinstance(values[0], int):
        return id_ranges(values)
    return ", ".join("#" + "".join(f"{channel:02x}" for channel in color) for color in values)


def class_lines(
    label_code: LabelCode, class_names: Sequence[str], *, width: int | None = None
) -> list[str]:
    """The table "your id -> class" as lines of text: a heading, then the classes, several a line.

    Void is the last; without void the table ends in "no void".

    Args:
        label_code: of the data set.
        class_names: `num_classes` names, void first.
        width: of the lines, in characters; by default the terminal's.
    """
    values = label_code.values()
    ordered = sorted(range(1, len(values)), key=lambda class_id: values[class_id][:1])
    entries = [f"{values_text(values[c])} {ARROW} {class_names[c]}" for c in ordered if values[c]]
    void = f"{values_text(values[0])} {ARROW} void" if values[0] else "no void"
    text = ";\n".join([*entries, void]).replace(" ", "\xa0").replace("\n", " ")
    lines = textwrap.wrap(
        text,
        width or shutil.get_terminal_size().columns,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [
        f"Your {label_code.kind} {ARROW} class:",
        *(line.replace("\xa0", " ") for line in lines),
    ]
