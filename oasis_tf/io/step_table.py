"""A CSV file whose rows belong to training steps; every write is atomic."""

import csv
import io
import re
from pathlib import Path

from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.regular_file import require_regular

MAX_DIGITS = 18  # of a step: fewer than 2^63
DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)")


class StepTableError(ValueError):
    """Error for a table of steps that cannot be read."""


class StepTable:
    """Rows with a `step` in a CSV file.

    Args:
        path: the CSV file; read if it exists.
        last_step: int, rows after it are dropped: a resumed run writes them again.
    Raises: StepTableError.
    """

    def __init__(self, path, *, last_step):
        self.path = Path(path)
        rows = read_rows(self.path)
        if any(any(row.pop(None, ())) for row in rows):
            raise _no_table(self.path, "a row has more cells than there are columns")
        self.rows = [row for row in rows if int(row["step"]) <= last_step]

    def append(self, *rows):
        """Adds rows (dicts) and writes the file; a column stays empty where a row lacks it."""
        self.rows.extend(rows)
        columns = dict.fromkeys(name for row in self.rows for name in row)
        with (
            whole_file(self.path) as temporary,
            temporary.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(self.rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Reads a table of steps, also as Excel saves it: with a byte order mark, or with semicolons
    and, in some languages, decimal commas.

    Returns: list of dicts of str; none if there is no such file. `int` reads every `step`. Cells
        beyond the columns are a list under the key None.
    Raises: StepTableError, naming the file and the line.
    """
    path = Path(path)
    if not path.exists():
        return []
    try:
        require_regular(path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            text = file.read()
    except OSError as error:
        raise StepTableError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _no_table(path, "it is not text in UTF-8") from error
    delimiter = ";" if text.startswith(("step;", '"step";')) else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            rows.append(_checked(_with_points(row) if delimiter == ";" else row))
    except (ValueError, csv.Error) as error:
        raise _no_table(path, f"line {reader.line_num}: {error}") from error
    return rows


def _with_points(row):
    """Numbers such as 0,5 as 0.5; other texts as they are."""
    return {
        name: DECIMAL_COMMA.sub(r"\1.\2", cell)
        if isinstance(cell, str) and DECIMAL_COMMA.fullmatch(cell)
        else cell
        for name, cell in row.items()
    }


def _checked(row):
    if "step" not in row:
        raise ValueError('there is no column "step"')
    if not row["step"].isdecimal() or len(row["step"]) > MAX_DIGITS:
        raise ValueError(f"the step is {row['step'][:20]!r}, which is no whole number")
    return row


def _no_table(path, reason):
    return StepTableError(
        f"{path} cannot be read: it is no table with steps ({reason}); repair it, or move it to "
        "another folder and its curves begin anew"
    )
