"""A CSV file whose rows belong to training steps, whole at every moment."""

import csv
import os
from pathlib import Path


class StepTable:
    """Rows with a `step`, kept in a file that is replaced in one move.

    Args:
        path: the CSV file; read if it exists.
        last_step: int, rows after it are dropped: a resumed run writes them again.
    """

    def __init__(self, path, *, last_step):
        self.path = Path(path)
        self.rows = []
        if self.path.exists():
            with self.path.open(newline="", encoding="utf-8") as file:
                self.rows = [row for row in csv.DictReader(file) if int(row["step"]) <= last_step]

    def append(self, *rows):
        """Adds rows (dicts) and writes the file; a column stays empty where a row lacks it."""
        self.rows.extend(rows)
        temporary = self.path.with_suffix(".tmp")
        with temporary.open("w", newline="", encoding="utf-8") as file:
            columns = dict.fromkeys(name for row in self.rows for name in row)
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(self.rows)
        os.replace(temporary, self.path)
