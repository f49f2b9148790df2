"""From a config to a compiled model."""

from pathlib import Path

import numpy as np

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


def test_the_optimizers_get_the_configs_betas():
    model = build("beta_1=0.5", "beta_2=0.9")
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.9)
