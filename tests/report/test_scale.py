import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.report.scale import Scale, scale_of, short

numbers = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)


@pytest.mark.parametrize(
    ("low", "high", "log", "ticks"),
    [
        (0, 160, False, [0, 50, 100, 150]),
        (0.9, 2.1, False, [1.0, 1.2, 1.4, 1.6, 1.8, 2.0]),
        (-3, 3, False, [-3, -2, -1, 0, 1, 2, 3]),
        (0.04, 3, True, [0.05, 0.1, 0.2, 0.5, 1, 2]),
        (0.004, 30, True, [0.01, 0.1, 1, 10]),
    ],
)
def test_ticks_are_round_numbers(low, high, log, ticks):
    assert Scale(low, high, log).ticks() == pytest.approx(ticks)


def test_places_are_fractions_of_the_axis():
    assert [Scale(10, 30).place(value) for value in (10, 15, 30)] == [0, 0.25, 1]
    assert Scale(0.1, 1000, log=True).place(1.0) == pytest.approx(0.25)


def test_values_far_apart_get_a_logarithmic_axis_unless_it_has_to_begin_somewhere():
    assert scale_of([0.1, 4]).log and not scale_of([0.2, 4]).log
    assert not scale_of([0.0, 4]).log and not scale_of([-1, 400]).log
    assert scale_of([0.1, 4], lowest=0.0) == Scale(0.0, pytest.approx(4.234))


@given(st.lists(numbers, min_size=1, max_size=5), st.none() | numbers)
def test_every_value_has_a_place_and_every_axis_some_ticks(values, lowest):
    scale = scale_of(values, lowest=lowest)
    assert all(0 <= scale.place(value) <= 1 for value in values)
    assert 1 <= len(scale.ticks()) <= 20
    assert all(math.isfinite(tick) for tick in scale.ticks())


@pytest.mark.parametrize(
    ("value", "message"),
    [(0, "0"), (0.0312, "0.0312"), (2.5, "2.5"), (340, "340"), (1342, "1,342"), (12_000, "12k"),
     (3_400_000, "3.4M"), (-0.5, "-0.5")],
)  # fmt: skip
def test_numbers_are_short(value, message):
    assert short(value) == message
