"""From a config to a compiled model."""

from pathlib import Path

import numpy as np

from oasis_tf.config import load_config
from oasis_tf.models.build import build_model

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


def build(*overrides):
    return build_model(load_config(TINY, overrides=[f"training.{text}" for text in overrides]))


def test_the_seed_decides_the_initial_weights():
    one, same, other = build("seed=1"), build("seed=1"), build("seed=2")
    kernels = [model.generator.conv_image.kernel.numpy() for model in (one, same, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0


def test_the_optimizers_get_the_configs_betas_and_epsilon():
    model = build("beta_1=0.5", "beta_2=0.9", "epsilon=1e-3")
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.5, 0.9, 1e-3)


def test_both_networks_get_the_configs_precision_but_not_the_average():
    model = build("dtype_policy=mixed_bfloat16")
    networks = model.generator, model.discriminator, model.ema_generator
    names = [network.dtype_policy.name for network in networks]
    assert names == ["mixed_bfloat16", "mixed_bfloat16", "float32"]
