"""How far training is: one line on a terminal, a line an epoch elsewhere."""

import io
import re

import numpy as np
import pytest
from scripted import Scripted, fit

from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.training.callbacks import ProgressLine, StopOnRequest, Stopped, progress_line
from oasis_tf.training.callbacks.progress_line import fitted


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"


class Broken(Pipe):
    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")


@pytest.fixture
def clock(monkeypatch):
    """Each look at the clock is a second later."""
    seconds = iter(range(10**6))
    monkeypatch.setattr(progress_line.time, "perf_counter", lambda: next(seconds))


def printed(monkeypatch, stream, *, columns=80, epochs=2, steps=6, more=(), **arguments):
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setenv("COLUMNS", str(columns))
    line = ProgressLine(
        total_steps=steps * epochs,
        steps_per_epoch=steps,
        images_per_step=4,
        losses={"G": ["g_adv"], "D": ["d_real", "d_fake"]},
        newest=lambda: ("samples/step_00000003.png", "sheet 3"),
        **arguments,
    )
    losses = np.tile(np.float32([1.25, 0.5, 0.25, 0]), (steps, 1))
    fit(Scripted(), losses, epochs=epochs, callbacks=[line, *more])
    line.close()
    return stream.getvalue()


def test_elsewhere_it_is_a_line_an_epoch(monkeypatch, clock, capsys):
    assert printed(monkeypatch, Pipe()).splitlines() == [
        "step 6/12, epoch 1/2, 4 images/s, 6 s left, G 1.25, D 0.75, samples/step_00000003.png",
        "step 12/12, epoch 2/2, 4 images/s, done, G 1.25, D 0.75, samples/step_00000003.png",
    ]
    assert capsys.readouterr().err == "step 0/12, epoch 1/2, preparing the first step\n"


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_on_a_terminal_it_is_one_line_that_fits(monkeypatch, clock, columns):
    text = printed(monkeypatch, Terminal(), columns=columns)
    assert text.count("\n") == 1 and text.endswith("\n")
    lines = [re.sub("\x1b\\[K", "", line).rstrip("\n") for line in text.split("\r")[1:]]
    assert max(map(len, lines)) < columns and len(lines) > 4
    assert lines[-1].startswith("step 12/12, epoch 2/2" if columns > 80 else "12/12 epoch 2/2")
    shown = {200: "samples/step_00000003.png", 80: "sheet 3", 40: "done", 20: "epoch 2/2"}
    assert lines[-1].endswith(shown[columns]) or columns == 40 and "done" in lines[-1]


def test_a_reader_that_is_gone_ends_training_after_the_step_and_is_told_once(monkeypatch, capsys):
    request = StopRequest()
    lost = []
    with pytest.raises(Stopped):
        printed(
            monkeypatch,
            Broken(),
            on_lost_output=lambda error: lost.append(error) or request.lose_output(error),
            more=[StopOnRequest(request, any_worker=bool)],
        )
    assert request.is_asked and lost == [request.lost_output]
    assert request.lost_output.exit_code == 141
    sentence = "standard output cannot be written to: Broken pipe. Stopping after this step."
    assert capsys.readouterr().err.split("\n")[-3:] == ["", sentence, ""]


def test_parts_that_do_not_fit_are_left_out_from_the_end():
    assert fitted(["12/12", "epoch 2/2", "done"], width=16) == "12/12 epoch 2/2"
    assert fitted(["1,000/2,000", "x"], width=4) == "1,00"
