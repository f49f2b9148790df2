import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from scripted import Scripted, fit

from oasis_tf.training.callbacks import ProfileSteps

ROOT = Path(__file__).parents[3]


class Tape:
    """Writes down between which steps of a model the profiler was on."""

    def __init__(self, monkeypatch, model):
        self.marks = []
        profiler = tf.profiler.experimental
        monkeypatch.setattr(
            profiler, "start", lambda folder: self.marks.append(("on", folder, int(model.step)))
        )
        monkeypatch.setattr(profiler, "stop", lambda: self.marks.append(("off", int(model.step))))


@pytest.mark.parametrize(
    ("at_once", "first", "last", "on", "off"),
    [(1, 3, 5, 2, 5), (1, 1, 1, 0, 1), (4, 3, 5, 0, 8), (4, 5, 8, 4, 8), (1, 7, 99, 6, 12)],
)
def test_profiles_from_the_first_step_to_the_last_once(monkeypatch, at_once, first, last, on, off):
    model = Scripted()
    model.compile(steps_per_execution=at_once)
    tape = Tape(monkeypatch, model)
    profile = ProfileSteps("folder", first=first, last=last)
    fit(model, np.ones((12, 4)), callbacks=[profile])
    assert tape.marks == [("on", "folder", on), ("off", off)]


def test_a_run_that_is_already_past_those_steps_is_not_profiled(monkeypatch):
    model = Scripted()
    model.step.assign(5)
    tape = Tape(monkeypatch, model)
    fit(model, np.ones((3, 4)), callbacks=[ProfileSteps("folder", first=3, last=5)])
    assert tape.marks == []


TRAIN_UNTIL_AN_ERROR = """
import sys
sys.path.insert(0, "tests")
import numpy as np
from scripted import LOSSES, Recorder, Scripted, fit
from oasis_tf.training.callbacks import ProfileSteps

class Fail(Recorder):
    def act(self):
        raise RuntimeError("on purpose")

losses = np.ones((6, len(LOSSES)))
fit(Scripted(), losses, callbacks=[ProfileSteps(sys.argv[1], first=2, last=5), Fail(3)])
"""


@pytest.mark.process
@pytest.mark.slow
def test_training_that_fails_in_between_leaves_what_was_recorded(tmp_path):
    program = [sys.executable, "-c", TRAIN_UNTIL_AN_ERROR, tmp_path]
    result = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert "RuntimeError: on purpose" in result.stderr
    (recording,) = tmp_path.glob("plugins/profile/*/*.xplane.pb")
    assert recording.stat().st_size > 1000
