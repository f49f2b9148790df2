"""What pictures of a run call its data."""

from pathlib import Path

FOLDER = "folder"  # the source of a config whose data has no name of its own


def data_name(source: str, *, checkpoint: Path) -> str:
    """The data set's name, or for a folder, which has none, the run's.

    Args:
        source: a config's `data.source`.
        checkpoint: folder of one of the run's checkpoints, `RUN/checkpoints/step_00000400`.
    """
    return checkpoint.resolve().parents[1].name if source == FOLDER else source
