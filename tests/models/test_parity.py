"""Equality with the official PyTorch implementation, whose outputs were recorded in tests/golden.

Images are held to 1e-5, logits to 1e-4, losses and gradient norms to 1e-3 relative: perturbing the
weights by 1e-6 moves the losses by at most 1e-4.
"""

import numpy as np
import pytest
import tensorflow as tf
from golden_weights import Golden, state_dict

from oasis_tf.models import OASIS, OASISDiscriminator, OASISGenerator
from oasis_tf.optimizers.adam import Adam
from oasis_tf.weights import official_names

pytestmark = pytest.mark.heavy

LOSSES = ("g_adv", "d_fake", "d_real", "d_label_mix")  # in the order of the file


class RecordingAdam(Adam):
    """Keeps the L2 norm of every gradient of the last update."""

    def apply(self, gradients, variables):
        self.norms = {id(v): tf.norm(g) for g, v in zip(gradients, variables, strict=True)}
        super().apply(gradients, variables)


def build(golden):
    config = golden.json("config")
    generator = OASISGenerator(
        num_classes=config["semantic_nc"],
        image_size=(config["height"], config["width"]),
        channels=config["channels_G"],
        num_blocks=config["num_res_blocks"],
        z_dim=config["z_dim"],
        norm=config["norm"],
    )
    discriminator = OASISDiscriminator(config["semantic_nc"])
    for prefix, network in (("G", generator), ("D", discriminator)):
        arrays = state_dict(prefix, golden.json(f"shapes/{prefix}"), config["seed"])
        official_names.load_state_dict(network, arrays)
    return generator, discriminator


def assert_inference_matches(golden, generator, discriminator):
    image = tf.function(generator)(golden["eval/label_map"], golden["eval/z"])
    np.testing.assert_allclose(image, golden["eval/image"], rtol=0, atol=1e-5)
    logits = tf.function(discriminator)(golden["eval/image"]).numpy()
    stride = logits.shape[1] // golden["eval/D_logits"].shape[1]
    np.testing.assert_allclose(
        logits[:, ::stride, ::stride], golden["eval/D_logits"], rtol=0, atol=1e-4
    )


def num_trainable(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


def test_full_size_inference_and_parameter_counts():
    golden = Golden("ade20k_eval")
    generator, discriminator = build(golden)
    assert num_trainable(generator) == 74_314_691
    assert num_trainable(discriminator) == 22_258_904
    assert_inference_matches(golden, generator, discriminator)


@pytest.fixture(scope="module")
def golden():
    return Golden("tiny_train")


@pytest.fixture(scope="module")
def networks(golden):
    return build(golden)


@pytest.fixture(scope="module")
def trained(golden, networks):
    """The model after the recorded steps, and per step (losses, {id(variable): gradient norm})."""
    config = golden.json("config")
    model = OASIS(*networks)
    adams = [
        RecordingAdam(config[rate], config["beta1"], config["beta2"], config["adam_eps"])
        for rate in ("lr_g", "lr_d")
    ]
    model.compile(*adams, config["lambda_labelmix"], config["ema_decay"])

    @tf.function
    def step(image, label_map, z_g, z_d, mask):
        losses = model.update_generator(image, label_map, z_g)
        losses |= model.update_discriminator(image, label_map, z_d, mask)
        model.update_ema()
        return losses, [adam.norms for adam in adams]

    def inputs(t):
        names = ("image", "label_map", "z_G", "z_D", "labelmix_mask")
        image, label_map, z_g, z_d, mask = (golden[f"step{t}/{name}"] for name in names)
        return image, np.int32(label_map), z_g, z_d, np.float32(mask)[..., None]

    return model, [step(*inputs(t)) for t in range(config["steps"])]


# The networks are trained in place by `trained`, so this test stands before those that use it.
def test_inference_image_and_logits(golden, networks):
    assert_inference_matches(golden, *networks)


def test_losses_of_whole_training_steps(golden, trained):
    _, steps = trained
    losses = [[float(losses[name]) for name in LOSSES] for losses, _ in steps]
    np.testing.assert_allclose(losses, golden["losses"], rtol=1e-3)


@pytest.mark.parametrize("prefix", ["G", "D"])
def test_gradient_norms_of_the_first_step(golden, trained, prefix):
    model, steps = trained
    network, norms = {
        "G": (model.generator, steps[0][1][0]),
        "D": (model.discriminator, steps[0][1][1]),
    }[prefix]
    entries = official_names.entries(network)
    recorded = golden.json(f"step0/grad_norm_{prefix}")
    # Biases before a norm have a true gradient of 0, what is recorded of them is rounding.
    expected = {key: norm for key, norm in recorded.items() if norm > 1e-7}
    actual = {key: float(norms[id(entries[key].variable)]) for key in expected}
    assert len(recorded) == len(norms) and len(expected) > 0.8 * len(recorded)
    assert actual == pytest.approx(expected, rel=1e-3)


# The EMA moves by 1e-4 of what the generator does, so only a tighter tolerance can tell.
@pytest.mark.parametrize("name, tolerance", [("G", 2e-3), ("D", 2e-3), ("EMA", 1e-6)])
def test_weights_after_training(golden, trained, name, tolerance):
    model, _ = trained
    network = {"G": model.generator, "D": model.discriminator, "EMA": model.ema_generator}[name]
    arrays = official_names.to_state_dict(network)
    expected = golden.json(f"after/{name}")
    assert set(expected) == {key for key, array in arrays.items() if array.dtype == np.float32}
    for key, (mean, norm) in expected.items():
        array = np.float64(arrays[key])
        assert np.linalg.norm(array) == pytest.approx(norm, rel=tolerance), key
        rms = norm / np.sqrt(array.size)
        assert array.mean() == pytest.approx(mean, abs=5 * tolerance * rms), key
