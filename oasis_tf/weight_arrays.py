"""What an array must be to be a network's weights, whatever file it is from."""

import numpy as np


def no_weights(name: str, array: np.ndarray) -> str | None:
    """Why an array is no weights, as the end of a sentence, or None if it is.

    Weights are floating-point numbers, finite in float32; a variance is not below 0, and a singular
    vector of spectral normalisation is not 0.

    Args:
        name: PyTorch's name of the array, or Keras's.
    """
    if not np.issubdtype(array.dtype, np.floating):
        return f"holds {array.dtype}, expected floating-point numbers"
    with np.errstate(over="ignore"):
        is_finite = np.isfinite(array.astype(np.float32, copy=False)).all()
    if not is_finite:
        return "holds numbers that are not finite"
    if name.endswith(("running_var", "running_variance", "moving_variance")) and (array < 0).any():
        return "is below 0"
    return "is 0" if name.endswith((".weight_u", ".weight_v")) and not array.any() else None
