"""A table of steps is whole on disk at every moment, and a resumed run goes on in it."""

import csv
import os

import pytest

from oasis_tf.io.step_table import StepTable, StepTableError


def row(step):
    return {"step": step, "loss": f"{step}.5"}


def as_read(*steps):
    return [{"step": str(step), "loss": f"{step}.5"} for step in steps]


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_in_the_file_as_soon_as_they_are_appended(tmp_path):
    table = StepTable(tmp_path / "table.csv", last_step=0)
    assert table.rows == []
    table.append(row(2))
    assert read(table.path) == as_read(2)
    table.append(row(4), row(6))
    assert read(table.path) == as_read(2, 4, 6)


def test_a_resumed_run_drops_the_rows_after_its_step(tmp_path):
    path = tmp_path / "table.csv"
    StepTable(path, last_step=0).append(row(2), row(4), row(6))
    table = StepTable(path, last_step=4)
    assert table.rows == as_read(2, 4)
    table.append(row(5))
    assert read(path) == as_read(2, 4, 5)


def test_columns_that_end_or_begin_are_kept(tmp_path):
    table = StepTable(tmp_path / "table.csv", last_step=0)
    table.append({"step": 2, "fid": 30})
    table.append({"step": 4, "miou": 0.5})
    assert read(table.path) == [
        {"step": "2", "fid": "30", "miou": ""},
        {"step": "4", "fid": "", "miou": "0.5"},
    ]


def test_names_with_commas_quotes_and_umlauts_come_back(tmp_path):
    path = tmp_path / "table.csv"
    names = {"step": "1", 'sky, "blue"': "0.5", "Bäume": ""}
    StepTable(path, last_step=0).append(names)
    assert StepTable(path, last_step=1).rows == [names]


@pytest.mark.parametrize("failing", ["writerows", "replace"])
def test_the_file_stays_whole_where_writing_fails(tmp_path, monkeypatch, failing):
    path = tmp_path / "table.csv"
    table = StepTable(path, last_step=0)
    table.append(row(2))

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(
        *{"writerows": (csv.DictWriter, failing), "replace": (os, failing)}[failing], fail
    )
    with pytest.raises(OSError, match="disk full"):
        table.append(row(4))
    monkeypatch.undo()
    assert read(path) == as_read(2)
    StepTable(path, last_step=2).append(row(4))
    assert read(path) == as_read(2, 4)
    assert os.listdir(tmp_path) == ["table.csv"]


@pytest.mark.parametrize(
    "saved",
    [
        "\ufeffstep,loss\r\n2,2.5\r\n4,4.5\r\n",
        "\ufeffstep;loss\r\n2;2.5\r\n4;4.5\r\n",
        "\ufeffstep;loss\r\n2;2,5\r\n4;4,5\r\n",
        '"step";"loss"\n2;2.5\n4;4.5\n',
        "step,loss,\n2,2.5,\n4,4.5,,\n",
    ],
    ids=["byte order mark", "and semicolons", "and decimal commas", "quoted", "empty cells"],
)
def test_a_table_that_a_spreadsheet_saved_is_gone_on_with(tmp_path, saved):
    path = tmp_path / "table.csv"
    path.write_bytes(saved.encode())
    table = StepTable(path, last_step=4)
    table.append(row(6))
    assert [(row["step"], row["loss"]) for row in read(path)] == [
        ("2", "2.5"),
        ("4", "4.5"),
        ("6", "6.5"),
    ]


def test_only_numbers_have_decimal_commas(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("step;loss;rate;name;many\n2;-0,25;1,5E-05;sky, blue;1,2,3\n")
    (row,) = StepTable(path, last_step=2).rows
    assert list(row.values()) == ["2", "-0.25", "1.5E-05", "sky, blue", "1,2,3"]


@pytest.mark.parametrize(
    ("saved", "sentence"),
    [
        ("step,loss\n2,2.5\nfour,4.5\n", "line 3: the step is 'four'"),
        ("step,loss\n2,2.5\n,4.5\n", "line 3: the step is ''"),
        (f"step,loss\n{'9' * 5000},2.5\n", "line 2: the step is '9999"),
        ("step,loss\n2,2,5\n", "a row has more cells than there are columns"),
        ("epoch,loss\n2,2.5\n", 'there is no column "step"'),
        ("step,loss\n2,2.5\n".encode("utf-16"), "not text in UTF-8"),
        ("step,loss\n2," + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_table_that_cannot_be_gone_on_with_is_named_and_left_alone(tmp_path, saved, sentence):
    path = tmp_path / "metrics.csv"
    saved = saved if isinstance(saved, bytes) else saved.encode()
    path.write_bytes(saved)
    with pytest.raises(StepTableError, match="metrics.csv cannot be read") as error:
        StepTable(path, last_step=4)
    assert sentence in str(error.value)
    assert path.read_bytes() == saved
