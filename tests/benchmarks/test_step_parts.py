"""The parts of a training step: what the table adds up, and that every graph runs."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tiny import tiny_oasis, tiny_pairs

from benchmarks import step_parts

pytestmark = pytest.mark.heavy

SECONDS = {
    "step": 20.0,
    "generator": 2.0,
    "generator and gradients": 5.0,
    "discriminator": 1.0,
    "discriminator and gradient of the image": 2.5,
    "discriminator and gradients": 2.0,
    "three passes": 6.0,
    "three as one batch": 4.5,
    "optimizers": 0.5,
    "average": 0.25,
}


def test_the_table_is_the_sum_of_its_parts(capsys):
    step_parts.report(SECONDS)
    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    assert rows[2] == ["generator, forward", "2.000", "2", "4.000", "20 %"]
    assert ["generator, backward", "3.000", "1", "3.000", "15 %"] in rows
    assert ["discriminator, backward to the image", "1.500", "1", "1.500", "8 %"] in rows
    # 2 * 2 + 3 + 4 * 1 + 1.5 + 3 * 1 + 0.5 + 0.25
    assert rows[-2] == ["all parts", "", "", "16.250", "81 %"]
    assert "6.000 s; three as one batch: 4.500 s, 0.75 times that" in lines[-1]


@pytest.mark.slow
def test_every_part_runs_and_only_the_optimizers_and_the_average_change_weights():
    model = tiny_oasis()
    real, label_map = tiny_pairs(1)
    calls = step_parts.graphs(model, tf.constant(real), tf.constant(label_map))
    assert calls.keys() == SECONDS.keys()
    trained = [v.numpy() for v in model.generator.trainable_variables]
    for name in calls.keys() - {"step", "optimizers", "average"}:
        for result in tf.nest.flatten(calls[name]()):
            assert np.isfinite(result.numpy()).all(), name
    for before, variable in zip(trained, model.generator.trainable_variables, strict=True):
        np.testing.assert_array_equal(before, variable.numpy())
    calls["step"]()
    assert int(model.step) == 1


def test_without_real_label_maps_it_takes_blocks_of_random_classes():
    data = argparse.Namespace(num_classes=5, image_size=(32, 64))
    arguments = argparse.Namespace(data_root=Path("nowhere"), batch_size=2)
    real, label_map = step_parts.batch_of(argparse.Namespace(data=data), arguments)
    assert real.shape == (2, 32, 64, 3) and label_map.shape == (2, 32, 64)
    assert np.ptp(label_map[0, :32, :32].numpy()) == 0
