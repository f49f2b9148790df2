"""Validates arrays as weights of a network."""

import h5py
import numpy as np

VARIANCES = ("running_var", "running_variance", "moving_variance")
SINGULAR_VECTORS = (".weight_u", ".weight_v")


def no_weights(name: str, array: np.ndarray) -> str | None:
    """Why an array cannot be weights, as the end of a sentence; None if it can.

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
    if name.endswith(VARIANCES) and (array < 0).any():
        return "is below 0"
    return "is 0" if name.endswith(SINGULAR_VECTORS) and not array.any() else None


def problem_of(network) -> str | None:
    """Problem of a Keras network's weights, as the end of a sentence; None if there is none."""
    for variable in network.weights:
        if "float" in str(variable.dtype):
            problem = no_weights(variable.path, np.asarray(variable.numpy(), np.float32))
            if problem:
                return f"its weight {variable.path} {problem}"
    return None


def problem_of_file(file, network) -> str | None:
    """Like `problem_of`, for the HDF5 file of the weights, whose integers Keras casts to floats.

    Args:
        file: path, or a binary file.
        network: keras.Model that was loaded from it; its integer variables are allowed.
    """
    others = []

    def collect(name, item):
        is_array = isinstance(item, h5py.Dataset) and item.dtype.kind in "iub"
        if is_array and not name.startswith("optimizer") and "dtype" not in item.attrs:
            others.append(f"{name} in it holds {item.dtype}, expected floating-point numbers")

    with h5py.File(file) as opened:
        opened.visititems(collect)
    num_integers = sum("float" not in str(variable.dtype) for variable in network.variables)
    return others[0] if len(others) > num_integers else None
