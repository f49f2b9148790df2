"""What pictures of a run call its data."""

from pathlib import Path

from oasis_tf.data.dataset_info import dataset_title


def data_name(source: str, *, checkpoint: Path) -> str:
    """The data set's title, or for a folder, which has none, the run's name.

    Args:
        source: a config's `data.source`.
        checkpoint: folder of one of the run's checkpoints, `RUN/checkpoints/step_00000400`.
    """
    return dataset_title(source, run_name=checkpoint.resolve().parents[1].name)
