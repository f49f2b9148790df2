"""Shape and dtype of a named input or output of an artifact."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype.

    Args:
        shape: tuple of int; -1 for an open length.
        dtype: str, NumPy's name.
    """

    shape: tuple[int, ...]
    dtype: str
