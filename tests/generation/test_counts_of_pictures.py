"""What is said of how many label maps there are, and of problems."""

import pytest

from oasis_tf.cli.generate import NUM_HELD_OUT, _say_fewer
from oasis_tf.visualization import survey_report


@pytest.mark.parametrize(
    ("wanted", "found", "message"),
    [
        (NUM_HELD_OUT + 1, 1, "Note: the run has no more than 1 held-out label map.\n"),
        (NUM_HELD_OUT, 1, ""),
        (2, 2, ""),
    ],
)
def test_fewer_label_maps_than_were_asked_for_are_said(capsys, wanted, found, message):
    _say_fewer(wanted, found)
    assert capsys.readouterr().err == message


def test_one_problem_is_no_plural(capsys, monkeypatch):
    problems = [{"kind": "size", "reason": "a.png: is empty"}]
    report = {"never_seen": [], "splits": {"train": {"problems": problems}}, "ok": False}
    monkeypatch.setattr(survey_report, "as_json", lambda surveys: report)
    monkeypatch.setattr(survey_report, "_class_table", lambda report: "")
    monkeypatch.setattr(survey_report, "table_text", str)
    monkeypatch.setattr(survey_report, "_sizes", lambda split, found: split)
    survey_report.show(report)
    assert capsys.readouterr().out.endswith("1 problem was found.\n")
