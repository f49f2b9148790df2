"""How long runs were trained, by what they logged."""

from collections.abc import Iterable
from pathlib import Path

from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.io.json_file import read_json
from oasis_tf.io.step_table import read_rows

COLUMN = "seconds_per_step"


def seconds_per_step(metrics: Path) -> float | None:
    """Mean seconds of a training step in a run's metrics.csv, or None.

    It includes reports and checkpoints. Epochs without a time are left out.

    Raises: StepTableError.
    """
    return _mean(read_rows(metrics))


def _mean(rows: Iterable[dict[str, str]]) -> float | None:
    seconds, steps, last = 0.0, 0, 0
    for row in rows:
        length, last = int(row["step"]) - last, int(row["step"])
        try:
            seconds += float(row.get(COLUMN) or "") * length
        except ValueError:
            continue
        steps += length
    return seconds / steps if steps else None


def read_step_seconds(path: Path) -> dict[str, float]:
    """Seconds of a training step by recipe, from a file of `benchmarks.step_seconds`.

    Raises: EvaluationError or JSONFileError, naming the file; OSError.
    """
    document = read_json(path)
    try:
        return {name: float(seconds) for name, seconds in document.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise EvaluationError(
            f"{path} holds no seconds of training steps: expected a JSON object of recipes and "
            "numbers"
        ) from error
