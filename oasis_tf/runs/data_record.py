"""Which pairs a run is trained on, kept in its folder, to say at a resume what has changed."""

import json
from pathlib import Path

from oasis_tf.data import Source
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.json_file import JSONFileError, read_json

NAME = "data.json"
NAMED = 3  # pairs in a sentence


def what_changed(folder: Path, sources: dict[str, Source]) -> list[str]:
    """Sentences about pairs that were added, removed or replaced since `record` was called.

    A pair counts as replaced where one of its files has another size; times of change are not
    looked at, since data may be copied to another place.

    Args:
        folder: of the run.
        sources: split's name to what is read now.
    """
    try:
        before = read_json(folder / NAME)
    except (OSError, JSONFileError):  # of an older version, or it is no part of the run any more
        return []
    sentences = []
    for split, source in sources.items():
        then = before.get(split) if isinstance(before, dict) else None
        now = source.file_sizes()
        if isinstance(then, dict) and now is not None and then != now:
            sentences.append(_sentence(split, then, now))
    return sentences


def record(folder: Path, sources: dict[str, Source]) -> None:
    """Writes name and sizes of every pair, where they lie in files."""
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
