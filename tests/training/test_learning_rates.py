"""A schedule of the learning rates: what is logged, and that a resumed run follows it exactly."""

import csv
import shutil

import numpy as np
import pytest
from tiny_config import TINY
from tiny_training import arrays, setting, train

from oasis_tf.config import ConfigError, load_config

LINEAR = setting(
    learning_rate_schedule="linear",
    constant_epochs=1,
    epochs=4,
    steps_per_epoch=2,
    checkpoint_every=1,
    keep_last=99,
    generator_learning_rate=3e-3,
    discriminator_learning_rate=6e-3,
    best_metric="null",
)


def rates(run):
    with (run / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [[float(row[f"learning_rate_{network}"]) for row in rows] for network in "gd"]


@pytest.mark.slow
@pytest.mark.heavy
def test_a_resumed_run_follows_the_schedule_to_the_bit(tmp_path):
    run, other = tmp_path / "run", tmp_path / "other"
    train("--run-dir", run, *LINEAR)
    assert rates(run)[0] == pytest.approx([3e-3, 3e-3, 2e-3, 1e-3])
    assert rates(run)[1] == pytest.approx([6e-3, 6e-3, 4e-3, 2e-3])
    shutil.copytree(run, other)
    for step in (6, 7, 8):  # goes on in the middle of the third epoch
        shutil.rmtree(other / "checkpoints" / f"step_{step:08d}")
    train("--run-dir", other, "--resume", *LINEAR)
    assert rates(other) == rates(run)
    expected = arrays(run, 8)
    for name, array in arrays(other, 8).items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)
    assert expected["generator_optimizer/learning_rate"] == pytest.approx(1e-3)


def test_the_constant_epochs_must_be_fewer_than_all():
    linear = ["training.learning_rate_schedule=linear", "training.epochs=5"]
    with pytest.raises(ConfigError, match=r"constant_epochs is 5; .* less than training.epochs, 5"):
        load_config(TINY, overrides=[*linear, "training.constant_epochs=5"])
