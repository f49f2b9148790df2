"""Record of the pairs that a run is trained on, to report changes when it is resumed."""

import json
from pathlib import Path

from oasis_tf.data import Source
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.json_file import JSONFileError, read_json

NAME = "data.json"
NAMED = 3  # pairs per sentence


def what_changed(folder: Path, sources: dict[str, Source]) -> list[str]:
    """Sentences on pairs that were added, removed or replaced since `record` was called.

    A pair counts as replaced if the size of a file differs. Time stamps are not compared: copying
    the data changes them.

    Args:
        folder: the run folder.
        sources: dict of split name to its `Source`.
    """
    try:
        before = read_json(folder / NAME)
    except (OSError, JSONFileError):  # of an older version, or deleted
        return []
    sentences = []
    for split, source in sources.items():
        then = before.get(split) if isinstance(before, dict) else None
        now = source.file_sizes()
        if isinstance(then, dict) and now is not None and then != now:
            sentences.append(_sentence(split, then, now))
    return sentences


def record(folder: Path, sources: dict[str, Source]) -> None:
    """Writes name and file sizes of every pair, for data sets that consist of files."""
    sizes = {split: source.file_sizes() for split, source in sources.items()}
    with whole_file(folder / NAME) as temporary:
        temporary.write_text(json.dumps(sizes), encoding="ascii")


def _sentence(split: str, then: dict, now: dict) -> str:
    kinds = {
        "removed": sorted(then.keys() - now.keys()),
        "added": sorted(now.keys() - then.keys()),
        "replaced": sorted(name for name in then.keys() & now.keys() if then[name] != now[name]),
    }
    parts = [f"{len(names):,} {kind} ({_some(names)})" for kind, names in kinds.items() if names]
    return (
        f"The pairs of {split} are not those that this run was trained on: {', '.join(parts)}. "
        "Training goes on with what is there now."
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
