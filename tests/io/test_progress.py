"""Long loops tell how far they are, also where there is no terminal."""

import pytest

from oasis_tf.io import progress
from oasis_tf.io.progress import duration, track


@pytest.fixture
def clock(monkeypatch):
    """Each look at the clock is 20 seconds later."""
    seconds = iter(range(0, 10**6, 20))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))


def test_elsewhere_there_is_a_line_now_and_then(clock, capsys):
    assert list(track("abcde", description="Reading", total=7, done=2)) == list("abcde")
    assert capsys.readouterr().err.splitlines() == [
        "Reading",
        "  4 of 7, 1 min 00 s left",  # 40 s for 2
        "  6 of 7, 20 s left",
    ]
    list(track("ab", description="Listing", total=None))
    assert capsys.readouterr().err.splitlines() == ["Listing", "  2"]


def test_a_short_loop_has_its_description_only(capsys):
    assert list(track("ab", description="Reading", total=2)) == ["a", "b"]
    assert capsys.readouterr().err == "Reading\n"


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0.4, "0 s", "0 s"),
        (59.6, "1 min 00 s", "1 min"),
        (18420, "5 h 07 min", "5 h"),
        (273600, "3 d 4 h", "3 d"),
    ],
)
def test_durations(seconds, long, short):
    assert (duration(seconds), duration(seconds, short=True)) == (long, short)
