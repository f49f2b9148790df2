"""What a named input or output of an artifact holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype.

    Args:
        shape: tuple of int; -1 where a length is open.
        dtype: str, as NumPy calls it.
    """

    shape: tuple[int, ...]
    dtype: str
