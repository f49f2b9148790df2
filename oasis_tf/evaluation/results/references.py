"""Published figures, to compare with a run's."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from oasis_tf.data.dataset_info import known_datasets
from oasis_tf.evaluation.results.evaluation import ResultsError
from oasis_tf.io.number_types import NO_BOOL
from oasis_tf.io.yaml_file import YAMLFileError, read_yaml

DEFAULT = Path(str(files("oasis_tf"))) / "configs" / "references.yaml"


class Reference(BaseModel):
    """Published figures of one model.

    data: a config's `data.source`. fid, miou: as printed, mIoU in percent.
    segmenter, protocol: how they were measured. source: where they were published.
    """

    model_config = ConfigDict(extra="forbid")

    model: str
    data: str
    fid: Annotated[float, NO_BOOL, Field(ge=0, allow_inf_nan=False)] | None = None
    miou: Annotated[float, NO_BOOL, Field(ge=0, le=100)] | None = None
    segmenter: str | None = None
    protocol: str | None = None
    source: str


class References(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1]
    references: list[Reference]


def read_references(path=None):
    """Returns a list of `Reference`.

    Args:
        path: YAML file; None for the package's own, or none where it lacks them.
    Raises: ResultsError, naming file and key.
    """
    if path is None:
        if not DEFAULT.is_file():
            return []
        path = DEFAULT
    try:
        return References.model_validate(read_yaml(path)).references
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror or error}") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ResultsError(f"{path}: {place}: {first['msg']}") from error
    except YAMLFileError as error:
        raise ResultsError(str(error)) from error


def of_data(references, source):
    """Those of one data set, by a config's `data.source`."""
    info = known_datasets().get(source)
    published_as = source if info is None else info.published_as or source
    return [reference for reference in references if reference.data == published_as]
