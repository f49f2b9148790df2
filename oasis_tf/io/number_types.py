"""Pydantic types for numbers in files: bounded, and never a bool."""

from dataclasses import dataclass
from typing import Annotated, Any

import pydantic
from pydantic import Field
from pydantic_core import PydanticCustomError


def no_bool(value: Any) -> Any:
    """`value`, unless it is a bool. Raises: PydanticCustomError."""
    if isinstance(value, bool):
        raise PydanticCustomError(
            "bool_for_number",
            "a number is needed, and yes, no, on, off, true and false are none",
        )
    return value


def integer(
    *, at_least: int, at_most: int, because: str | None = None, unit: str | None = None
) -> Any:
    """The type of an int within bounds.

    Args:
        at_least, at_most: int, both allowed.
        because: reason for `at_most`, for the error.
        unit: what the number counts or measures, for descriptions.
    """
    limits = [Field(ge=at_least), _at_most(at_most, because)]
    return Annotated[(int, pydantic.BeforeValidator(no_bool), *limits, Unit(unit))]


def number(
    *, at_most: float, because: str | None = None, unit: str | None = None, **bounds: float
) -> Any:
    """The type of a finite float within bounds.

    Args:
        at_most: float, allowed.
        because: reason for `at_most`, for the error.
        unit: what the number counts or measures, for descriptions.
        bounds: `ge`, `gt`, `lt` of `pydantic.Field`.
    """
    limits = [Field(allow_inf_nan=False, **bounds), _at_most(at_most, because)]
    return Annotated[(float, pydantic.BeforeValidator(no_bool), *limits, Unit(unit))]


def _at_most(limit, because):
    return pydantic.AfterValidator(AtMost(limit, because))


@dataclass(frozen=True)
class Unit:
    """What a number counts or measures. Metadata of its type."""

    text: str | None


@dataclass(frozen=True)
class AtMost:
    """A pydantic validator that refuses numbers above a limit, with the reason."""

    limit: float
    because: str | None = None

    def __call__(self, value):
        if value > self.limit:
            reason = f": {self.because}" if self.because else ""
            sentence = f"it must be at most {self.limit:,.12g}{reason}"
            raise PydanticCustomError("too_large", sentence)
        return value


# For files of this program's formats.
NO_BOOL = pydantic.BeforeValidator(no_bool)
Int = Annotated[int, NO_BOOL]
Count = Annotated[int, NO_BOOL, Field(ge=0)]
PositiveInt = Annotated[int, NO_BOOL, Field(gt=0)]
Number = Annotated[float, NO_BOOL, Field(allow_inf_nan=False)]
Part = Annotated[float, NO_BOOL, Field(ge=0, le=1)]
