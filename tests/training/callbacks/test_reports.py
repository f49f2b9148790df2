"""Curves and sample sheets."""

import csv
import os

import numpy as np
import pytest
import tensorflow as tf
from scripted import Scripted, fit

from oasis_tf.training.callbacks import MetricsLog, ResumedEpoch, SampleSheets


@pytest.fixture
def model():
    return Scripted()


@pytest.fixture
def writer(tmp_path):
    return tf.summary.create_file_writer(str(tmp_path / "tensorboard"))


def rows(path):
    with path.open(newline="") as file:
        return [
            (int(row["step"]), int(row["epoch"]), float(row["d_real"]))
            for row in csv.DictReader(file)
        ]


def metrics_log(path, writer):
    return MetricsLog(path, steps_per_epoch=3, summary_writer=writer)


def test_metrics_are_one_row_an_epoch_and_a_resumed_run_writes_its_own_again(
    model, writer, tmp_path
):
    path = tmp_path / "metrics.csv"
    fit(model, np.arange(12.0).reshape(3, 4), epochs=3, callbacks=[metrics_log(path, writer)])
    assert rows(path) == [(3, 1, 5.0), (6, 2, 5.0), (9, 3, 5.0)]
    model.step.assign(4)
    fit(model, np.ones((2, 4)), callbacks=[metrics_log(path, writer)])
    assert rows(path) == [(3, 1, 5.0), (6, 2, 1.0)]


@pytest.mark.parametrize(
    ("start", "times", "expected"),
    [
        (0, [0.0, 90.0, 94.0, 94.0, 100.0], ["2.0000", "2.0000"]),  # begin, first, end; begin, end
        (1, [0.0, 90.0, 93.0, 93.0, 99.0], ["3.0000", "2.0000"]),
        (2, [0.0, 90.0, 90.0, 96.0], ["", "2.0000"]),  # of the first epoch one step was left
    ],
)
def test_seconds_a_step_leave_out_the_execution_that_traces_also_after_a_resume(
    model, writer, tmp_path, monkeypatch, start, times, expected
):
    clock = iter(times)
    monkeypatch.setattr("oasis_tf.training.callbacks.clock.time.perf_counter", lambda: next(clock))
    log = metrics_log(tmp_path / "metrics.csv", writer)
    model.step.assign(start)
    log.set_model(model)
    log.on_train_begin()
    for steps in (range(start, 3), range(3, 6)):
        log.on_epoch_begin(0)
        for step in steps:
            model.step.assign(step + 1)
            log.on_train_batch_end(0, {"d_real": 1.0})
    with log.path.open(newline="") as file:
        assert [row["seconds_per_step"] for row in csv.DictReader(file)] == expected


def test_metrics_of_a_resumed_epoch_are_those_of_the_whole_of_it(writer, tmp_path):
    losses = np.arange(12.0).reshape(3, 4)
    whole, killed, resumed = (Scripted() for _ in range(3))
    fit(whole, losses, callbacks=[metrics_log(tmp_path / "whole.csv", writer)])
    log = metrics_log(tmp_path / "resumed.csv", writer)
    fit(killed, losses[:2], callbacks=[log])
    assert not log.path.exists()
    for kind in ("weights", "metrics_variables"):
        for mine, its in zip(getattr(resumed, kind), getattr(killed, kind), strict=True):
            mine.assign(its)
    fit(resumed, losses[2:], callbacks=[log, ResumedEpoch(resumed.metrics_variables)])
    assert rows(log.path) == rows(tmp_path / "whole.csv") == [(3, 1, 5.0)]


def test_sample_sheets_show_the_fixed_maps_in_png_and_tensorboard(model, writer, tmp_path):
    from PIL import Image

    palette = np.array([[0, 0, 0], [250, 0, 250]], np.uint8)
    model.generator = lambda label_map, z: np.ones((*label_map.shape, 3)) * z
    sheets = SampleSheets(
        tmp_path / "samples",
        every=2,
        summary_writer=writer,
        real=np.full((1, 8, 8, 3), 200, np.uint8),
        label_map=np.ones((1, 8, 8), np.int32),
        z=-1.0,
        class_names=["void", "sky"],
        palette=palette,
        recalibrated_ema=lambda: lambda label_map, z: np.zeros((*label_map.shape, 3)),
    )
    fit(model, np.ones((5, 4)), callbacks=[sheets])
    assert sorted(os.listdir(tmp_path / "samples")) == ["step_00000002.png", "step_00000004.png"]
    sheet = np.asarray(Image.open(tmp_path / "samples" / "step_00000002.png"))
    for color in ([250, 0, 250], [200] * 3, [0] * 3, [128] * 3):
        assert (sheet == color).all(-1).sum() >= 160 * 160
    events = b"".join(path.read_bytes() for path in (tmp_path / "tensorboard").iterdir())
    assert events.count(b"samples") == 2
