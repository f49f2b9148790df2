"""From a config to a compiled model."""

from pathlib import Path

import numpy as np
import pytest

from oasis_tf.config import load_config
from oasis_tf.training_run import build_model

TINY = Path(__file__).parents[1] / "configs" / "tiny.yaml"


def build(*overrides):
    return build_model(load_config(TINY, overrides=[f"training.{text}" for text in overrides]))


def test_the_seed_decides_the_initial_weights():
    one, same, other = build("seed=1"), build("seed=1"), build("seed=2")
    kernels = [model.generator.conv_image.kernel.numpy() for model in (one, same, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0


@pytest.mark.parametrize(
    ("warmup_steps", "rates"), [(0, [1, 1, 1, 1]), (4, [0.25, 0.625, 1, 1])]
)  # fmt: skip
def test_the_learning_rates_rise_over_the_first_steps(warmup_steps, rates):
    model = build(
        f"warmup_steps={warmup_steps}",
        "generator_learning_rate=2e-4",
        "discriminator_learning_rate=8e-4",
    )
    for step, rate in zip((0, 2, 4, 1000), rates, strict=True):
        for optimizer, full in (
            (model.generator_optimizer, 2e-4),
            (model.discriminator_optimizer, 8e-4),
        ):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate * full, rel=1e-6)


def test_the_optimizers_get_the_configs_betas():
    model = build("beta_1=0.5", "beta_2=0.9")
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.9)
