"""Training ends at the right step, and says why."""

import signal

import numpy as np
import pytest
from scripted import LOSSES, Recorder, Scripted, fit

from oasis_tf.runs import checkpoint_files
from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.training.callbacks import DivergenceError, StopOnDivergence, StopOnRequest, Stopped


def watch(folder, explosion_limit=1000.0):
    return StopOnDivergence(folder, explosion_limit=explosion_limit)


@pytest.mark.parametrize(("loss", "value"), [("d_real", np.nan), ("g_adv", np.inf)])
def test_a_non_finite_loss_stops_at_its_step_before_anything_is_saved(tmp_path, loss, value):
    losses = np.ones((6, 4))
    losses[3, LOSSES.index(loss)] = value
    model, recorder = Scripted(), Recorder(1)
    model.step.assign(6)
    with pytest.raises(DivergenceError, match=f"step 10: the loss {loss} is {value}"):
        fit(model, losses, callbacks=[watch(tmp_path), recorder])
    assert recorder.steps == [7, 8, 9]


def test_its_step_is_named_among_several_of_one_execution(tmp_path):
    losses = np.ones((6, 4))
    losses[4, 2] = np.nan
    with pytest.raises(DivergenceError, match="step 5: the loss d_fake is nan"):
        fit(Scripted(steps_per_execution=3), losses, callbacks=[watch(tmp_path)])


def test_the_last_good_checkpoint_is_named(tmp_path):
    files = {"weights": lambda path: path.write_text("of step 3")}
    path = checkpoint_files.write(tmp_path, step=3, files=files, keep_last=1)
    with pytest.raises(DivergenceError, match=f"the last good checkpoint is {path}; start a new"):
        fit(Scripted(), np.full((1, 4), np.nan), callbacks=[watch(tmp_path)])


def exploding(*, steps, at, last, factor, usual=2.0):
    """Losses of which `d_label_mix` is `factor` times what it was, from step `at` + 1 on."""
    losses = np.full((steps, 4), usual)
    losses[at : at + last, 3] *= factor
    return losses


def test_an_explosion_that_lasts_stops_training_and_names_term_step_and_values(tmp_path):
    losses = exploding(steps=700, at=600, last=100, factor=1001)
    sentence = "step 626: the loss d_label_mix exploded.* is 2002, before it was 2 .*lower learning"
    with pytest.raises(DivergenceError, match=sentence):
        fit(Scripted(), losses, callbacks=[watch(tmp_path)])


@pytest.mark.parametrize(
    "losses",
    [
        exploding(steps=700, at=600, last=24, factor=1e6),
        exploding(steps=700, at=600, last=100, factor=999),
        exploding(steps=700, at=600, last=100, factor=1e4, usual=1e-3),
        exploding(steps=700, at=0, last=300, factor=1e7),
    ],
    ids=["a spike", "below the limit", "from nearly nothing", "at the start, as 0.02 gain does"],
)
def test_what_is_no_explosion(tmp_path, losses):
    model = Scripted()
    fit(model, losses, callbacks=[watch(tmp_path)])
    assert int(model.step) == 700


def test_an_explosion_is_found_by_a_run_that_was_resumed_in_it(tmp_path):
    losses = exploding(steps=610, at=600, last=10, factor=1e6)
    first, resumed = Scripted(), Scripted()
    fit(first, losses, callbacks=[watch(tmp_path)])
    resumed.step.assign(first.step)
    for name, variable in resumed.recent_losses.by_name.items():
        variable.assign(first.recent_losses.by_name[name])
    with pytest.raises(DivergenceError, match="step 625"):
        fit(resumed, losses[600:601].repeat(20, axis=0), callbacks=[watch(tmp_path)])


def test_without_a_limit_only_nan_and_infinity_stop(tmp_path):
    losses = exploding(steps=700, at=600, last=100, factor=1e9)
    fit(Scripted(), losses, callbacks=[watch(tmp_path, explosion_limit=None)])


def test_it_is_suspicious_as_long_as_a_loss_is_beyond_the_limit(tmp_path):
    seen, stop = [], watch(tmp_path)

    class Look(Recorder):
        def act(self):
            seen.append(stop.suspicious)

    fit(Scripted(), exploding(steps=510, at=504, last=2, factor=1e6), callbacks=[stop, Look(1)])
    assert [step for step, suspicious in enumerate(seen, 1) if suspicious] == [505, 506]


def test_a_request_stops_after_the_step_and_before_the_first():
    request, model = StopRequest(), Scripted()

    class AskAtStep3(Recorder):
        def act(self):
            request.number = 15

    callbacks = [AskAtStep3(3), StopOnRequest(request, any_worker=bool)]
    fit(model, np.ones((6, 4)), callbacks=callbacks, epochs=2)
    assert int(model.step) == 3
    with pytest.raises(Stopped):
        fit(model, np.ones((6, 4)), callbacks=callbacks, epochs=2)
    assert int(model.step) == 3


def test_another_workers_request_stops_this_one_too_as_if_terminated():
    model, stop = Scripted(), StopOnRequest(StopRequest(), any_worker=lambda asked: model.step >= 3)
    fit(model, np.ones((6, 4)), callbacks=[stop])
    assert int(model.step) == 3 and stop.request.number == signal.SIGTERM
