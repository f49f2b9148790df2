"""A loss is added to a run by one line of its config."""

import csv

import numpy as np
import pytest
from command_line import call
from events import scalars_of
from tiny_training import TINY, train

from oasis_tf.losses.l1 import L1
from oasis_tf.losses.loss import ForwardPass
from oasis_tf.losses.registry import LossError, losses_by_name


def test_l1_is_the_mean_absolute_difference():
    passed = ForwardPass(real=np.float32([1, -1, 0, 0.5]), fake=np.float32([0, -1, 1, 0]))
    assert float(L1(weight=2.0)(passed)) == 2 * (1 + 0 + 1 + 0.5) / 4


def test_a_loss_is_found_by_its_name():
    (loss,) = losses_by_name({"l1": 10.0}, network="generator")
    assert (loss.name, loss.weight) == ("g_l1", 10.0)


@pytest.mark.parametrize(
    ("name", "network", "message"),
    [
        ("l2", "generator", "losses.generator: there is no loss 'l2'; did you mean l1?"),
        ("contextual", "generator", "there is no loss 'contextual'; available are .*l1"),
        ("l1", "discriminator", "losses.discriminator: there is no loss 'l1'; available are"),
    ],
)
def test_an_unknown_name_is_named_with_those_there_are(name, network, message):
    with pytest.raises(LossError, match=message):
        losses_by_name({name: 1.0}, network=network)


@pytest.mark.heavy
@pytest.mark.usefixtures("untraced")
def test_a_run_logs_a_loss_of_its_config_everywhere(tmp_path):
    run = tmp_path / "run"
    short = ["training.epochs=1", "training.steps_per_epoch=2", "losses.generator.l1=10"]
    train("--run-dir", run, *(f"--set={key}" for key in short))
    with (run / "metrics.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert 0 < float(row["g_l1"]) < 20
    (logged,) = scalars_of(run / "tensorboard")["loss/g_l1"].values()
    assert logged == pytest.approx(float(row["g_l1"]), rel=1e-4)
    assert "g_l1" in (run / "report.html").read_text()
    assert "l1: 10" in (run / "config.yaml").read_text()


def test_a_config_with_an_unknown_loss_makes_no_folder(tmp_path):
    options = ["--config", TINY, "--run-dir", tmp_path / "run", "--set=losses.generator.l2=1"]
    result = call("train", *options, exit_code=2)
    assert "did you mean l1?" in result.stderr and not (tmp_path / "run").exists()
