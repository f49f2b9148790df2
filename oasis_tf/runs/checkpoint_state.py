"""`state.json` of a checkpoint: its step, every file's size and SHA-256, and the best step so far.

It also holds the SHA-256 of its own content; files without one, of older versions, are read too.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from oasis_tf.config.metrics import lower_is_better
from oasis_tf.io.json_file import JSONFileError, read_json

STATE = "state.json"
MAX_BYTES = 2**20  # a checkpoint has a handful of files

Count = Annotated[int, Field(ge=0, lt=2**63)]
SHA256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class CheckpointError(RuntimeError):
    """Error for a checkpoint that cannot be written, found or read."""


class NonFiniteError(CheckpointError):
    """Error for losses or weights that are NaN or infinite."""


class StateError(ValueError):
    """Error for a `state.json` that is missing or damaged; the message is a few words."""


@dataclass(frozen=True)
class Best:
    """The best step so far, the metric and its score.

    Args:
        measured_with: dict of dotted config key to value in JSON's types, all keys that the
            metric depends on; None in files of older versions.
    """

    step: int
    metric: str
    score: float
    measured_with: Mapping | None = None

    def is_beaten_by(self, score: float) -> bool:
        """Whether a score of the same metric is better: lower for distances, else higher."""
        if math.isnan(self.score):
            return True
        return score < self.score if lower_is_better(self.metric) else score > self.score

    def differing_keys(self, metric: str, measured_with: Mapping) -> list[str]:
        """Config keys that prevent comparing a score of `metric` with this one."""
        if metric != self.metric:
            return ["training.best_metric"]
        before = self.measured_with or {}
        return [key for key, value in measured_with.items() if before.get(key, value) != value]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FileRecord(_Strict):
    """Size and SHA-256 of one file."""

    bytes: Count
    sha256: SHA256


class _BestRecord(_Strict):
    step: Count
    metric: str
    score: float
    measured_with: dict[str, pydantic.JsonValue] | None = None


class _StateRecord(_Strict):
    step: Count
    files: Annotated[dict[str, FileRecord], Field(min_length=1)]
    best: _BestRecord | None
    sha256: SHA256 | None = None


@dataclass(frozen=True)
class State:
    """The content of `state.json`."""

    step: int
    files: Mapping[str, FileRecord]
    best: Best | None


def write_state(path: Path, *, step: int, files: Mapping[str, Mapping], best: Best | None):
    """Writes `state.json`.

    Args:
        path: of the file.
        files: dict of file name to dict of its `bytes` and `sha256`.
    """
    best_record = best and {k: value for k, value in asdict(best).items() if value is not None}
    content = {"step": step, "files": dict(files), "best": best_record}
    content["sha256"] = _checksum(content)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_state(checkpoint: Path) -> State:
    """Reads the `state.json` of a checkpoint.

    Raises: StateError; PermissionError.
    """
    path = Path(checkpoint, STATE)
    try:
        content = read_json(path, max_bytes=MAX_BYTES)
    except FileNotFoundError as error:
        raise StateError(f"{STATE} is missing") from error
    except PermissionError:
        raise
    except OSError as error:
        raise StateError(f"{STATE} cannot be read: {error.strerror or error}") from error
    except JSONFileError as error:
        raise StateError(f"{STATE} is not what was written: it is no JSON") from error
    return _checked(content, name=path.parent.name)


def _checked(content, *, name):
    try:
        record = _StateRecord.model_validate(content)
    except (pydantic.ValidationError, RecursionError) as error:
        raise StateError(f"{STATE} is not what was written: {_where(error)}") from error
    if record.sha256 is not None and record.sha256 != _checksum(content):
        raise StateError(f"{STATE} is not what was written: its checksum differs")
    for file in record.files:
        is_name = Path(file).name == file and file not in ("", "..", STATE)
        if not (is_name and file.isprintable()):  # NUL is not allowed in paths
            raise StateError(f"{STATE} is not what was written: {file!r} is no file's name")
    if name != folder_name(record.step):
        raise StateError(f"{STATE} is of step {record.step}")
    best = record.best and Best(**record.best.model_dump())
    return State(record.step, record.files, best)


def folder_name(step: int) -> str:
    """Name of the folder of a step's checkpoint."""
    return f"step_{step:08d}"


def _checksum(content):
    summed = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(summed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _where(error):
    """The wrong key and the reason, in a few words."""
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"]) or "all of it"
    return f"{key}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
