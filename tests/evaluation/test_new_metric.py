"""A metric that one file defines is in every place where metrics are, without an edit elsewhere."""

import json

import pytest
import tensorflow as tf
from command_line import call
from events import scalars_of
from tiny_training import train

from oasis_tf.config import metrics as registry
from oasis_tf.evaluation.measurement import Measurement
from oasis_tf.evaluation.metric import Metric
from oasis_tf.report.records import read_records
from oasis_tf.runs import checkpoint_files

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]

STEPS = (1, 2)
SETTINGS = (
    *("training.epochs=1", "training.steps_per_epoch=2", "training.score_every=9"),
    *("training.num_samples=1", "training.sample_every=9", "training.recalibration_batches=1"),
    *("evaluation.metrics=[brightness]", "evaluation.num_images=2", "training.evaluate_every=1"),
    "training.best_metric=brightness",
)


class Brightness(Metric):
    """Mean over all pixels, 0 to 255."""

    name = "brightness"
    title = "Brightness"
    direction = "lower"

    def open(self, context):
        return BrightnessMeasurement()

    def description(self, result, *, brief=False):
        return "brightness", "mean of all pixels"


class BrightnessMeasurement(Measurement):
    def accumulator(self, networks):
        return BrightnessAccumulator()


class BrightnessAccumulator:
    def __init__(self):
        self.means = []

    def compute(self, images):
        return tf.reduce_mean(tf.cast(images[:, 0], tf.float32), axis=(1, 2, 3))

    def add(self, rows, batch):
        self.means += list(rows)

    def result(self):
        return {"value": float(sum(self.means) / len(self.means))}


@pytest.fixture(scope="module", autouse=True)
def registered():
    with pytest.MonkeyPatch.context() as patch:
        registry.registered_metrics()  # all others stand before it
        patch.setitem(registry.REGISTERED, "brightness", Brightness())
        yield


@pytest.fixture(scope="module")
def run(registered, untraced, tmp_path_factory):
    """A run that was evaluated at each of two steps, and once more by the verb."""
    run = tmp_path_factory.mktemp("run") / "my"
    train("--run-dir", run, *(f"--set={each}" for each in SETTINGS))
    return run


@pytest.fixture(scope="module")
def message(run):
    return call("evaluate", "--run", run)


@pytest.fixture(scope="module")
def values(run):
    """Its value by step, as training stored it in JSON."""
    document = json.loads((run / "evaluation" / "training.json").read_text())
    found = {e["step"]: e["metrics"]["brightness"]["value"] for e in document["evaluations"]}
    assert tuple(found) == STEPS and all(0 < value < 255 for value in found.values())
    return found


def test_csv_and_tensorboard_have_it(run, values):
    rows = read_records(run / "evaluation.csv").rows
    assert {row["step"]: float(row["brightness"]) for row in rows} == pytest.approx(values)
    tag = scalars_of(run / "tensorboard")["score/evaluation/brightness"]
    assert tag == pytest.approx(values)


def test_it_chooses_the_best_checkpoint(run, values):
    best = checkpoint_files.best_of(checkpoint_files.latest(run / "checkpoints"))
    assert (best.metric, best.score) == ("brightness", min(values.values()))
    assert "evaluation.num_images" in best.measured_with


def test_the_verb_prints_and_writes_it(run, message, values):
    (found,) = json.loads((run / "evaluation" / "results.json").read_text())["evaluations"]
    value = found["metrics"]["brightness"]["value"]
    assert value == pytest.approx(values[STEPS[-1]], rel=1e-5)
    assert "Brightness ↓" in message.stdout and f"{value:.4g}" in message.stdout
    page = (run / "evaluation" / "results.md").read_text()
    heading, _, *rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert heading.rstrip(" |").endswith("| Brightness ↓")
    assert rows[-1].rstrip(" |").endswith(f"| {value:.4g}")
    assert "- brightness: mean of all pixels" in page


def test_the_report_has_its_curve_and_its_column(run, message):
    page = (run / "report.html").read_text()
    assert 'aria-label="Brightness: Brightness' in page
    assert "<th>Brightness ↓</th>" in page


def test_a_wrong_name_lists_it(run):
    message = call("evaluate", "--run", run, "--metrics", "brightnes", exit_code=2)
    assert "'diversity' or 'brightness'" in message.stderr
