"""Ridge regression of an attribute on noise vectors.

Values and noise are centred over the pictures of each label map, so that differences between label
maps do not count.
"""

from dataclasses import dataclass

import numpy as np

PENALTIES = tuple(10.0 ** np.arange(-3, 2))


@dataclass(frozen=True)
class Fit:
    """A unit vector along which the attribute rises, and the selected penalty."""

    vector: np.ndarray
    penalty: float


def fit(z, values, groups, *, penalties=PENALTIES):
    """Ridge regression on whitened noise.

    With the covariance C of the noise and its covariance c with the values, the weights are
    (C + penalty I)^-1 c: a penalty of 0 whitens by the sample covariance, a large one assumes white
    noise: 300 samples of 64 numbers estimate their covariance poorly. The penalty is selected by
    cross-validation over label maps.

    Args:
        z: float (n, z_dim). values: float (n,).
        groups: int (n,), the label map of each picture; at least two.
    Returns: `Fit`; its vector is 0 if the values do not depend on the noise.
    """
    z, values = centred(z, groups), centred(values, groups)
    scores = {penalty: _score_left_out(z, values, groups, penalty) for penalty in penalties}
    penalty = max(scores, key=scores.get)
    weights = _weights(z, values, penalty)
    length = np.linalg.norm(weights)
    return Fit(weights / length if length else weights, float(penalty))


def correlation(z, values, groups, vector):
    """Pearson's correlation of the noise along a vector and the values, within label maps."""
    return _pearson(centred(z @ vector, groups), centred(values, groups))


def centred(values, groups):
    """Values minus the mean of their group, float64, same shape."""
    values = np.array(values, np.float64)
    for group in np.unique(groups):
        values[groups == group] -= values[groups == group].mean(0)
    return values


def _score_left_out(z, values, groups, penalty):
    predicted = np.empty_like(values)
    for group in np.unique(groups):
        left_out = groups == group
        predicted[left_out] = z[left_out] @ _weights(z[~left_out], values[~left_out], penalty)
    return _pearson(predicted, values)


def _weights(z, values, penalty):
    covariance = z.T @ z / len(z)
    return np.linalg.solve(covariance + penalty * np.eye(z.shape[1]), z.T @ values / len(z))


def _pearson(a, b):
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / size) if size > 1e-12 else 0.0
