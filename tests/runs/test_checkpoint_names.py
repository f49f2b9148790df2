"""Checkpoints name variables by path, so the order of a constructor's lines does not matter."""

import numpy as np
import pytest
from tiny import fit, tiny_discriminator, tiny_generator, tiny_oasis, tiny_pairs
from tiny_checkpoint import tiny_checkpoint

from oasis_tf.models import OASISDiscriminator
from oasis_tf.models.named_weights import named_weights
from oasis_tf.runs import checkpoint
from oasis_tf.runs.checkpoint_files import CheckpointError
from oasis_tf.runs.positional_names import keys_by_name
from oasis_tf.runs.training_state import training_state

# Recorded with commit 91264d7: the order of `weights` in files that name by position.
SPADE = [
    *("normalize.running_mean", "normalize.running_variance"),
    *(f"{conv}.{weight}" for conv in ("shared", "gamma", "beta") for weight in ("kernel", "bias")),
]
CONV = ["kernel", "bias", "u", "v"]
CONVS = [f"conv_{i}.{weight}" for i in (0, 1, "s") for weight in CONV]
BLOCK = [
    *(f"norm_0.{name}" for name in SPADE),
    *(f"conv_0.{name}" for name in CONV),
    *(f"norm_1.{name}" for name in SPADE),
    *(f"conv_1.{name}" for name in CONV),
    *(f"norm_s.{name}" for name in SPADE),
    *(f"conv_s.{name}" for name in ("kernel", "u", "v")),
]
GENERATOR = [
    *("fc.kernel", "fc.bias"),
    *(f"blocks.{i}.{name}" for i in (0, 1) for name in BLOCK),
    *("conv_image.kernel", "conv_image.bias"),
]
DISCRIMINATOR = [
    *(f"{half}.{i}.{name}" for half in ("encoder", "decoder") for i in (0, 1) for name in CONVS),
    *("to_logits.kernel", "to_logits.bias"),
]
ADAM = ["iteration", "learning_rate"]
METRICS = [
    *("g_adv", "d_real", "d_fake", "d_label_mix", "g_gradient_norm", "d_gradient_norm"),
    *("d_segmentation_real", "d_segmentation_fake"),
]


class Swapped(OASISDiscriminator):
    """As if its constructor made the layers in the opposite order."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self._layers.reverse()


def two_block_oasis(**overrides):
    """An `OASIS` of the networks whose order of weights was recorded."""
    networks = {"generator": tiny_generator(), "discriminator": tiny_discriminator()}
    return tiny_oasis(**networks | overrides, run_eagerly=True)


@pytest.fixture(scope="module")
def model():
    trained = two_block_oasis()
    fit(trained, num_batches=2)
    return trained


@pytest.fixture
def swapped():
    made = Swapped(5, channels=(4, 6))
    assert list(named_weights(made)) != list(named_weights(tiny_discriminator()))
    return two_block_oasis(generator=tiny_generator(seed=9), discriminator=made)


def assert_same_state(one, other):
    state, expected = training_state(one), training_state(other)
    assert set(state) == set(expected)
    for name, variable in state.items():
        np.testing.assert_array_equal(variable.numpy(), expected[name].numpy(), err_msg=name)


def test_a_network_whose_lines_were_swapped_loads_the_same_weights(model, swapped, tmp_path):
    checkpoint.restore(swapped, tiny_checkpoint(tmp_path, model))
    assert_same_state(swapped, model)
    images = tiny_pairs(2)[0]
    np.testing.assert_allclose(
        swapped.discriminator(images), model.discriminator(images), atol=1e-6
    )


def test_so_it_does_from_a_file_that_names_by_position(model, swapped, tmp_path, monkeypatch):
    state = {name: variable.numpy() for name, variable in training_state(model).items()}

    def moments(names):
        slots = ("momentum", "velocity")
        trained = [name for name in names if name.endswith(("kernel", "bias"))]
        return ADAM + [f"{name}.{slot}" for name in trained for slot in slots]

    groups = {
        "generator": GENERATOR,
        "discriminator": DISCRIMINATOR,
        "ema_generator": GENERATOR,
        "generator_optimizer": moments(GENERATOR),
        "discriminator_optimizer": moments(DISCRIMINATOR),
        "metrics": [
            f"{name}.{part}"
            for name in METRICS
            for part in (["confusion"] if "segmentation" in name else ["total", "count"])
        ],
    }
    positional = {
        f"{group}/{i}": state[f"{group}/{name}"]
        for group, names in groups.items()
        for i, name in enumerate(names)
    }
    losses = ("g_adv", "d_real", "d_fake", "d_label_mix")
    positional["progress/0"] = state["progress/step"]
    positional["progress/1"] = np.stack([state[f"recent_losses/{name}"] for name in losses], 1)
    assert len(positional) == len(state) - 3  # four losses in one array
    monkeypatch.setattr(checkpoint, "_save_arrays", lambda path, _: np.savez(path, **positional))
    monkeypatch.setattr(checkpoint, "_require_arrays", lambda path, _: None)
    checkpoint.restore(swapped, tiny_checkpoint(tmp_path, model))
    assert_same_state(swapped, model)


def test_another_number_of_weights_is_another_model():
    with pytest.raises(ValueError, match="holds 2 arrays of discriminator, expected 1"):
        keys_by_name(["discriminator/0", "discriminator/1"], ["discriminator/fc.kernel"])


def test_a_checkpoint_of_another_model_names_a_weight_that_differs(model, tmp_path):
    path = tiny_checkpoint(tmp_path, model)
    other = two_block_oasis(discriminator=tiny_discriminator(spectral_norm=False))
    with pytest.raises(CheckpointError, match=r"only one of them has discriminator/.*\.[uv]$"):
        checkpoint.restore(other, path)
    wider = two_block_oasis(discriminator=tiny_discriminator(channels=(4, 8)))
    with pytest.raises(CheckpointError, match=r"discriminator/\S+ has the shape .*, expected"):
        checkpoint.restore(wider, path)


def test_a_loss_that_a_checkpoint_does_not_know_starts_at_0(model, tmp_path):
    from oasis_tf.losses.adversarial import NPlusOneAdversarial
    from oasis_tf.losses.l1 import L1

    path = tiny_checkpoint(tmp_path, model)
    more = two_block_oasis(generator_losses=[NPlusOneAdversarial(), L1()])
    checkpoint.restore(more, path)
    recent = more.recent_losses.by_name
    assert recent["g_adv"].numpy()[:2].all() and not recent["g_l1"].numpy().any()
