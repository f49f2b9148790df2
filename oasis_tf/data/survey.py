"""Reads a whole data set: problems of its files, image sizes, class frequencies."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from oasis_tf.data.errors import FileProblem
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.source import Source

MOST_FREQUENT = 5


@dataclass
class Survey:
    """The statistics of one split.

    Args:
        source: the split.
        problems: every unusable file, in the order of the examples.
        sizes: (height, width) to the number of usable pairs of this size.
        pixels, images: int64 (num_classes,), pixels of each class, and label maps with it.
    """

    source: Source
    problems: list[FileProblem] = field(default_factory=list)
    sizes: Counter = field(default_factory=Counter)
    pixels: np.ndarray = None
    images: np.ndarray = None

    def __post_init__(self):
        self.pixels = np.zeros(self.source.num_classes, np.int64)
        self.images = np.zeros(self.source.num_classes, np.int64)

    @property
    def shares(self) -> np.ndarray:
        """The fraction of all pixels of each class: float64 (num_classes,) in [0, 1]."""
        return self.pixels / max(self.pixels.sum(), 1)

    def as_json(self) -> dict:
        """Counts, sizes and problems, in JSON's types."""
        heights, widths = (
            np.repeat([size[axis] for size in self.sizes], list(self.sizes.values()))
            for axis in (0, 1)
        )
        return {
            "pairs": len(self.source),
            "usable": self.sizes.total(),
            "height": _spread(heights),
            "width": _spread(widths),
            "frequent_sizes": [
                {"height": height, "width": width, "pairs": count}
                for (height, width), count in self.sizes.most_common(MOST_FREQUENT)
            ],
            "problems": [
                {"path": str(problem.path), "kind": problem.kind, "reason": str(problem)}
                for problem in self.problems
            ],
        }


def survey(
    source: Source, *, track: Callable[..., Iterable] = lambda items, **_: items, description: str
) -> Survey:
    """Reads every example once, on all cores.

    Args:
        source: opened with `check=False`, so that bad files are possible.
        track, description: show progress, see `oasis_tf.io.progress`.
    """
    found = Survey(source, problems=source.file_problems().copy())

    def examine(index):
        problems, label_map = source.examine(index)
        if label_map is None:
            return problems, None, None
        counts = np.bincount(label_map.ravel(), minlength=source.num_classes)
        return problems, label_map.shape, counts

    examined = in_threads(examine, range(len(source)))
    with closing(examined):
        for problems, size, counts in track(examined, description=description, total=len(source)):
            found.problems += problems
            if counts is not None:
                found.pixels += counts
                found.images += counts > 0
            if not problems:
                found.sizes[size] += 1
    return found


def _spread(lengths: np.ndarray) -> dict | None:
    if not len(lengths):
        return None
    return {
        "min": int(lengths.min()),
        "median": float(np.median(lengths)),
        "max": int(lengths.max()),
    }
