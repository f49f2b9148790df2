"""Hints at names that are spelled like a wrong one."""

import time

import pytest

from oasis_tf.io.near_names import did_you_mean

KNOWN = ["water", "sky", "skin", "Sky line"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("watre", "did you mean water?"),
        ("ski", "did you mean skin or sky?"),
        ("SKYLINE", "known are 4"),
        ("", "known are 4"),
    ],
)
def test_the_nearest_come_first(name, hint):
    assert did_you_mean(name, KNOWN, otherwise="known are 4") == hint


def test_names_are_compared_as_they_are_folded_and_told_as_they_are_written():
    assert did_you_mean("SKYLINE", KNOWN, otherwise="", fold=str.casefold) == (
        "did you mean Sky line or skin or sky?"
    )


def test_a_very_long_name_takes_no_time():
    before = time.process_time()
    assert did_you_mean("x" * 10**6, ["x" * 1000] * 100, otherwise="none") == "none"
    assert time.process_time() - before < 1
