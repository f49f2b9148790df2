"""One array of an official PyTorch checkpoint, and the weight here that it belongs to."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from oasis_tf.layers import SpectralConv2D


class Entry(NamedTuple):
    """One official array and where it lives here."""

    variable: keras.Variable | None  # None for PyTorch's unused batch counter
    shape: tuple[int, ...]  # of the official array
    to_ours: Callable[[np.ndarray], np.ndarray] | None
    to_reference: Callable[[np.ndarray], np.ndarray] | None


BATCH_COUNTER = Entry(None, (), None, None)


def conv_entries(name, conv) -> dict[str, Entry]:
    """{official key: Entry} of a convolution."""
    height, width, channels, filters = conv.kernel.shape
    is_spectral = isinstance(conv, SpectralConv2D)
    found = {
        f"{name}.weight{'_orig' if is_spectral else ''}": Entry(
            conv.kernel,
            (filters, channels, height, width),
            lambda array: array.transpose(2, 3, 1, 0),
            lambda array: array.transpose(3, 2, 0, 1),
        )
    }
    if conv.bias is not None:
        found[f"{name}.bias"] = vector_entry(conv.bias)
    if is_spectral:
        found[f"{name}.weight_u"] = vector_entry(conv.u)
        found[f"{name}.weight_v"] = Entry(
            conv.v,
            tuple(conv.v.shape),
            lambda array: array.reshape(channels, height, width).transpose(1, 2, 0).reshape(-1),
            lambda array: array.reshape(height, width, channels).transpose(2, 0, 1).reshape(-1),
        )
    return found


def vector_entry(variable) -> Entry:
    """Of a weight with one axis."""
    return Entry(variable, tuple(variable.shape), lambda array: array, lambda array: array)


def dense_entries(name, dense, *, shape_in=None, shape_out=None) -> dict[str, Entry]:
    """{official key: Entry} of a dense layer: (out, in) there, (in, out) here.

    Args:
        shape_in, shape_out: (h, w, c) of a map whose units the layer reads or makes, (c, h, w)
            there; None for a vector.
    """
    inputs, outputs = dense.kernel.shape
    rows = _order_here(shape_in, inputs)
    columns = _order_here(shape_out, outputs)
    return {
        f"{name}.weight": Entry(
            dense.kernel,
            (outputs, inputs),
            lambda array: array[np.ix_(columns, rows)].T,
            lambda array: array.T[np.ix_(np.argsort(columns), np.argsort(rows))],
        ),
        f"{name}.bias": Entry(
            dense.bias,
            (outputs,),
            lambda array: array[columns],
            lambda array: array[np.argsort(columns)],
        ),
    }


def _order_here(shape, count):
    """Of each unit here its index there, int (count,)."""
    if shape is None:
        return np.arange(count)
    height, width, channels = shape
    there = np.arange(count).reshape(channels, height, width)
    return there.transpose(1, 2, 0).reshape(-1)


def transposed_conv_entry(conv) -> Entry:
    """Of a transposed convolution's kernel: (in, out, h, w) there, (h, w, out, in) here."""
    return Entry(
        conv.kernel,
        tuple(conv.kernel.shape[axis] for axis in (3, 2, 0, 1)),
        lambda array: array.transpose(2, 3, 1, 0),
        lambda array: array.transpose(3, 2, 0, 1),
    )


def batch_norm_entries(name, norm) -> dict[str, Entry]:
    """{official key: Entry} of a `BatchNorm`."""
    return {
        f"{name}.weight": vector_entry(norm.scale),
        f"{name}.bias": vector_entry(norm.shift),
        f"{name}.running_mean": vector_entry(norm.running_mean),
        f"{name}.running_var": vector_entry(norm.running_variance),
        f"{name}.num_batches_tracked": BATCH_COUNTER,
    }
