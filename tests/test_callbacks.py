"""Callbacks, on a model whose losses are the numbers in its data."""

import csv
import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf import checkpoint
from oasis_tf.callbacks import (
    LOSSES,
    EveryNSteps,
    MetricsLog,
    Painter,
    SampleSheets,
    StopOnNonFiniteLoss,
    StopOnSignal,
)


class Scripted(keras.Model):
    """Logs running means of the losses it is fed, and counts its steps."""

    def __init__(self):
        super().__init__()
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in LOSSES]
        self.built = True

    def train_step(self, data):
        self.step.assign_add(1)
        for index, tracker in enumerate(self.trackers):
            tracker.update_state(data[index])
        return self.get_metrics_result()


class Recorder(EveryNSteps):
    def __init__(self, every):
        super().__init__(every)
        self.steps = []

    def act(self):
        self.steps.append(self.step)


@pytest.fixture
def model():
    model = Scripted()
    model.compile()
    return model


@pytest.fixture
def writer(tmp_path):
    return tf.summary.create_file_writer(str(tmp_path / "tensorboard"))


def fit(model, losses, *, callbacks, epochs=1):
    data = tf.data.Dataset.from_tensor_slices(np.float32(losses))
    model.fit(data.repeat(), steps_per_epoch=len(losses), epochs=epochs, callbacks=callbacks)


def test_every_n_steps_counts_over_epochs_and_resumes(model):
    recorder = Recorder(4)
    model.step.assign(10)
    fit(model, np.ones((5, 4)), callbacks=[recorder], epochs=3)
    assert recorder.steps == [12, 16, 20, 24]


@pytest.mark.parametrize(("loss", "value"), [("d_real", np.nan), ("g_adv", np.inf)])
def test_a_non_finite_loss_stops_at_its_step_before_anything_is_saved(model, loss, value):
    losses = np.ones((6, 4))
    losses[3, LOSSES.index(loss)] = value
    recorder = Recorder(1)
    model.step.assign(6)
    with pytest.raises(checkpoint.NonFiniteError, match=f"step 10: the loss {loss} is {value}"):
        fit(model, losses, callbacks=[StopOnNonFiniteLoss(), recorder])
    assert recorder.steps == [7, 8, 9]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_after_the_step_and_a_second_one_at_once(model, number):
    before = signal.getsignal(number)

    class SendAtStep3(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                os.kill(os.getpid(), number)
                assert signal.getsignal(number) == before

    with StopOnSignal() as stop:
        fit(model, np.ones((6, 4)), callbacks=[SendAtStep3(), stop], epochs=2)
    assert stop.stopped and int(model.step) == 3
    assert signal.getsignal(number) == before


def rows(path):
    with path.open(newline="") as file:
        return [
            (int(row["step"]), int(row["epoch"]), float(row["d_fake"]))
            for row in csv.DictReader(file)
        ]


def test_metrics_are_one_row_an_epoch_and_a_resumed_run_writes_its_own_again(
    model, writer, tmp_path
):
    path = tmp_path / "metrics.csv"
    fit(
        model,
        np.arange(12.0).reshape(3, 4),
        epochs=3,
        callbacks=[MetricsLog(path, summary_writer=writer)],
    )
    assert rows(path) == [(3, 1, 6.0), (6, 2, 6.0), (9, 3, 6.0)]
    model.step.assign(4)
    fit(model, np.ones((2, 4)), callbacks=[MetricsLog(path, summary_writer=writer)])
    assert rows(path) == [(3, 1, 6.0), (6, 1, 1.0)]


def test_painter_recalibrates_once_a_step(model):
    made = []
    model.ema_generator = None
    painter = Painter(model, recalibrated=lambda generator: made.append(generator) or len(made))
    assert [painter(), painter()] == [1, 1]
    model.step.assign_add(1)
    assert painter() == 2


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
        painter=lambda: lambda label_map, z: np.zeros((*label_map.shape, 3)),
    )
    fit(model, np.ones((5, 4)), callbacks=[sheets])
    assert sorted(os.listdir(tmp_path / "samples")) == ["step_00000002.png", "step_00000004.png"]
    sheet = np.asarray(Image.open(tmp_path / "samples" / "step_00000002.png"))
    for color in ([250, 0, 250], [200] * 3, [0] * 3, [128] * 3):
        assert (sheet == color).all(-1).sum() >= 160 * 160
    events = b"".join(path.read_bytes() for path in (tmp_path / "tensorboard").iterdir())
    assert events.count(b"samples") == 2
