"""The errors of bad data. Nothing here imports TensorFlow."""

from functools import partial
from pathlib import Path


class DataError(ValueError):
    """Data that cannot be used. The message is a full sentence: what, where, what was expected."""


class FileProblem(DataError):
    """A file that cannot be used.

    Args:
        sentence: str, begins with the path.
        path: Path of the file.
        kind: "unreadable", "unpaired", "misshapen" or "out of range".
    """

    def __init__(self, sentence: str, *, path: Path, kind: str):
        super().__init__(sentence)
        self.path = path
        self.kind = kind

    def __reduce__(self):  # so that it can come back from another process
        return partial(FileProblem, path=self.path, kind=self.kind), self.args
