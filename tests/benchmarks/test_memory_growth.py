"""How the growth of memory is read from what was measured."""

import os

import numpy as np
import pytest

from benchmarks.memory_growth import growth, resident_megabytes


def test_growth_is_the_slope_after_the_warm_up():
    steps = np.arange(1, 101)
    flat = np.where(steps < 20, 10.0 * steps, 300.0)
    assert growth(steps, flat) == pytest.approx(0, abs=1e-9)
    assert growth(steps, flat + 6.5 * steps) == pytest.approx(6.5)
    given_back = np.where(steps < 60, 0, -36)
    assert growth(steps, flat + 6.5 * steps + given_back) == pytest.approx(6.5)


def test_memory_is_that_of_the_process():
    assert 20 < resident_megabytes(os.getpid()) < 50_000
    assert resident_megabytes(2**22 + 1) is None
