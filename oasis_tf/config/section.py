"""What the sections of a config have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping whose keys are known, each with a description. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


@dataclass(frozen=True)
class Form:
    """How a value is written in YAML, if the type is not clear enough. Metadata of a type.

    text: function() -> str.
    """

    text: Callable[[], str]
