"""Callbacks count finished training steps."""

import numpy as np
from scripted import Recorder, Scripted, fit


def test_every_n_steps_counts_over_epochs_and_resumes():
    model, recorder = Scripted(), Recorder(4)
    model.step.assign(10)
    fit(model, np.ones((5, 4)), callbacks=[recorder], epochs=3)
    assert recorder.steps == [12, 16, 20, 24]


def test_the_last_step_counts_too_and_only_once():
    recorders = [Recorder(4, last_step=last) for last in (10, 8)]
    fit(Scripted(), np.ones((5, 4)), callbacks=recorders, epochs=2)
    assert [recorder.steps for recorder in recorders] == [[4, 8, 10], [4, 8]]


def test_a_multiple_inside_an_execution_of_several_steps_counts_after_it():
    model, recorder = Scripted(steps_per_execution=3), Recorder(4)
    fit(model, np.ones((6, 4)), callbacks=[recorder], epochs=2)
    assert recorder.steps == [6, 9, 12]
