"""Fractal value noise (Perlin 1985's idea, on a lattice of values) in one and two dimensions.

The lattice is drawn at a size that does not depend on the picture's, so that one seed gives the
same scene at every resolution.
"""

import numpy as np


def interpolate(lattice: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Interpolates `lattice` smoothly; without BLAS, whose threads would slow down training.

    Args:
        lattice: float32 (n, ...), values at 0, 1, ..., n - 1.
        coordinates: float (m,), clipped to [0, n - 1].
    Returns: float32 (m, ...).
    """
    clipped = np.clip(coordinates, 0, len(lattice) - 1)
    below = np.minimum(clipped.astype(np.int64), len(lattice) - 2)
    u = (clipped - below).astype(np.float32)
    u = (u * u * (3 - 2 * u)).reshape(-1, *[1] * (lattice.ndim - 1))
    low = lattice[below]
    return low + u * (lattice[below + 1] - low)


def noise_curve(
    rng: np.random.Generator, x: np.ndarray, *, cells: float, octaves: int, roughness: float = 0.5
) -> np.ndarray:
    """Fractal noise along a line.

    Args:
        x: float (n,) in [0, 4).
        cells: lattice cells per unit of x in the first octave; doubled in each next one.
        roughness: how much of an octave's amplitude the next one has.
    Returns: float32 (n,), about in [-1, 1].
    """
    total, amplitude, span = np.zeros(len(x), np.float32), 1.0, 0.0
    for octave in range(octaves):
        scale = cells * 2**octave
        nodes = int(4 * scale) + 2
        lattice = rng.uniform(-1, 1, nodes).astype(np.float32)
        total += amplitude * np.interp(x * scale, np.arange(nodes), lattice).astype(np.float32)
        span += amplitude
        amplitude *= roughness
    return total / span


def noise_field(
    rng: np.random.Generator,
    rows: np.ndarray,
    cols: np.ndarray,
    *,
    octaves: int,
    roughness: float = 0.5,
) -> np.ndarray:
    """Fractal noise on a grid that may be stretched unevenly along each axis.

    Args:
        rows, cols: float (h,) and (w,), lattice coordinates of the first octave in [0, 8].
    Returns: float32 (h, w), about in [-1, 1].
    """
    total, amplitude, span = np.zeros((len(rows), len(cols)), np.float32), 1.0, 0.0
    for octave in range(octaves):
        nodes = 8 * 2**octave + 1
        lattice = rng.uniform(-amplitude, amplitude, (nodes, nodes)).astype(np.float32)
        columns = interpolate(lattice, cols * 2**octave)
        total += interpolate(np.ascontiguousarray(columns.T), rows * 2**octave)
        span += amplitude
        amplitude *= roughness
    return total * (1.6 / span)
