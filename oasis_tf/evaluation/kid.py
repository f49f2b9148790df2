"""Kernel Inception distance: the squared MMD of two sets of features, with its uncertainty."""

from typing import NamedTuple

import numpy as np

from oasis_tf.evaluation.moments import TooFewImagesError

FEWEST_IMAGES = 4
ROWS_AT_A_TIME = 1024  # of a kernel matrix: 41 MB for 5,000 columns
CONFIDENCE_95 = 1.959964  # standard errors to either side of the mean of a normal distribution


class KernelDistance(NamedTuple):
    """An unbiased estimate; it can be below 0 for similar sets.

    value: mean over the subsets. standard_deviation: over the subsets, as in papers.
    low, high: 95% confidence interval of `value`.
    """

    value: float
    standard_deviation: float
    low: float
    high: float
    num_subsets: int
    subset_size: int


def kernel_distance(one, other, *, num_subsets=100, subset_size=1000, seed=0):
    """MMD² with the kernel (x·y / d + 1)³, unbiased, averaged over random subsets.

    Subsets are drawn without replacement, at most half as large as the smaller set. Larger ones
    would overlap too much: at full size all are equal, with a deviation of 0. The interval is that
    of the delete-d jackknife (Shao and Wu 1989): subsets of n out of N deviate by
    sqrt((N - n) / n) times the standard error of the whole. For similar sets it is conservative.

    Args:
        one, other: features (n, d) and (m, d), at least 4 each.
        num_subsets: int. subset_size: int, at most.
        seed: int, draws the subsets.
    Returns: `KernelDistance`.
    Raises: TooFewImagesError.
    Reference: Bińkowski et al. 2018, arXiv:1801.01401, eq. 3 and appendix D.
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    smaller = min(len(one), len(other))
    if smaller < FEWEST_IMAGES:
        raise TooFewImagesError(
            f"KID needs at least {FEWEST_IMAGES} images of each set; got {len(one)} and "
            f"{len(other)}"
        )
    size = min(subset_size, smaller // 2)
    generator = np.random.default_rng(seed)
    in_one = _subsets(generator, num_subsets, size, of=len(one))
    in_other = _subsets(generator, num_subsets, size, of=len(other))
    within = _sums_within(one, in_one) + _sums_within(other, in_other)
    across = _sums(one, other, in_one, in_other)
    estimates = within / (size * (size - 1)) - 2 * across / size**2
    value, deviation = estimates.mean(), estimates.std(ddof=1)
    margin = CONFIDENCE_95 * deviation * np.sqrt(size / (smaller - size))
    return KernelDistance(
        value=float(value),
        standard_deviation=float(deviation),
        low=float(value - margin),
        high=float(value + margin),
        num_subsets=num_subsets,
        subset_size=size,
    )


def _subsets(generator, count, size, *, of):
    """float64 (count, of): 1 where an element is in a subset, else 0."""
    members = np.zeros((count, of))
    for row in members:
        row[generator.choice(of, size, replace=False)] = 1
    return members


def _sums(x, y, in_x, in_y):
    """For every subset, the sum of the kernel over its pairs: (num_subsets,)."""
    total = np.zeros(len(in_x))
    for first in range(0, len(x), ROWS_AT_A_TIME):
        rows = slice(first, first + ROWS_AT_A_TIME)
        total += ((in_x[:, rows] @ _kernel(x[rows] @ y.T, x.shape[1])) * in_y).sum(axis=1)
    return total


def _sums_within(x, in_x):
    """The same within one set, over pairs of two different elements."""
    return _sums(x, x, in_x, in_x) - in_x @ _kernel((x * x).sum(axis=1), x.shape[1])


def _kernel(products, num_features):
    base = products / num_features + 1
    return base * base * base  # many times faster than NumPy's power
