"""The tables of a run."""

import math
from dataclasses import dataclass

from oasis_tf.io.step_table import StepTableError, read_rows

SMALLEST, LARGEST = 1e-100, 1e100  # of the numbers that can be drawn; float32 ends long before


class ReportError(ValueError):
    """Error for a file of a run that cannot be read."""


@dataclass(frozen=True)
class Records:
    """Rows of a CSV file that `StepTable` wrote: dicts with a `step`, in its order."""

    rows: list

    @property
    def last_step(self):
        return self.rows[-1]["step"] if self.rows else 0

    @property
    def columns(self):
        """Names of all columns but the step, in the file's order."""
        return [name for name in self.rows[-1] if name != "step"] if self.rows else []

    def where(self, column, value):
        """The rows with this value in a column."""
        return Records([row for row in self.rows if row.get(column) == value])

    def points(self, column):
        """(step, value) of every row; NaN where a column is empty or missing."""
        return [(row["step"], _number(row.get(column))) for row in self.rows]

    def last(self, column):
        """The last row's value, NaN if there is none."""
        return self.points(column)[-1][1] if self.rows else math.nan


def read_records(path):
    """Reads one CSV file; no rows if it does not exist.

    Raises: ReportError, naming the file.
    """
    try:
        rows = read_rows(path)
    except StepTableError as error:
        raise ReportError(str(error)) from error
    for row in rows:
        row.pop(None, None)  # cells without a column
        row["step"] = int(row["step"])
    return Records(rows)


def _number(text):
    """NaN for a text that is no number, or one too large or small to draw."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return math.nan
    return number if number == 0 or SMALLEST < abs(number) < LARGEST else math.nan
