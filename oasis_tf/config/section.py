"""What all sections of a config have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping that knows its keys: any other is an error."""

    model_config = ConfigDict(extra="forbid", validate_default=True)
