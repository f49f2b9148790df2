"""Equality with the official Pix2Pix, whose outputs were recorded in tests/golden.

The recordings are without dropout. Tolerances are several times the largest difference between
recordings of the official code whose weights differ by a relative 1e-6.
"""

import numpy as np
import pytest
import tensorflow as tf
from golden_weights import Golden, state_dict

from oasis_tf.models import Pix2Pix, Pix2PixDiscriminator, Pix2PixGenerator
from oasis_tf.optimizers.adam import Adam
from oasis_tf.weights import official_names

PREFIXES = {"G": "P2P_G", "D": "P2P_D"}


class RecordingAdam(Adam):
    """Keeps the L2 norm of every gradient of the first update."""

    norms = None

    def apply(self, gradients, variables):
        if self.norms is None:
            pairs = zip(gradients, variables, strict=True)
            self.norms = {id(variable): float(tf.norm(gradient)) for gradient, variable in pairs}
        super().apply(gradients, variables)


def build(golden, **settings):
    config = golden.json("config")
    generator = Pix2PixGenerator(
        num_classes=config["semantic_nc"],
        image_size=(config["height"], config["width"]),
        channels=config["ngf"],
        num_downs=config["num_downs"],
        dropout=0.0,
        **settings,
    )
    discriminator = Pix2PixDiscriminator(config["semantic_nc"], channels=config["ndf"])
    for name, network in (("G", generator), ("D", discriminator)):
        arrays = state_dict(PREFIXES[name], golden.json(f"shapes/{name}"), config["seed"])
        official_names.load_state_dict(network, arrays)
    return generator, discriminator


def label_map_of(golden, place="eval"):
    return np.int32(golden[f"{place}/label_map"])


def recorded_stride(actual, expected):
    return actual[
        :, :: actual.shape[1] // expected.shape[1], :: actual.shape[2] // expected.shape[2]
    ]


def assert_matches(golden, generator, discriminator, recording, *, training, image, logits):
    """Compares with a recording, "train_bn" or "running_bn"; `image`, `logits`: tolerances."""
    label_map = label_map_of(golden)
    fake = generator(label_map, training=training)
    expected = golden[f"eval/image_{recording}"]
    np.testing.assert_allclose(recorded_stride(fake, expected), expected, rtol=0, atol=image)
    judged = discriminator(fake, label_map, training=training)
    np.testing.assert_allclose(judged, golden[f"eval/D_logits_{recording}"], rtol=0, atol=logits)


@pytest.fixture(scope="module")
def golden():
    return Golden("pix2pix_tiny_train")


def test_inference_with_running_statistics(golden):
    networks = build(golden, statistics="running")
    assert_matches(golden, *networks, "running_bn", training=False, image=1e-5, logits=1e-5)


def test_inference_with_the_statistics_of_the_batch(golden):
    networks = build(golden)
    assert_matches(golden, *networks, "train_bn", training=True, image=5e-5, logits=1e-4)


@pytest.mark.slow
def test_full_size_inference_and_parameter_counts():
    golden = Golden("pix2pix_256_eval")
    generator, discriminator = build(golden, statistics="running")
    assert num_trainable(generator) == 54_565_507
    assert num_trainable(discriminator) == 2_920_257
    networks = (generator, discriminator)
    assert_matches(golden, *networks, "running_bn", training=False, image=1e-5, logits=1e-5)
    # The official test: training mode on a batch of one. Here that is inference by default.
    generator = Pix2PixGenerator.from_config(generator.get_config() | {"statistics": "image"})
    generator.set_weights(networks[0].get_weights())
    image, expected = generator(label_map_of(golden)), golden["eval/image_train_bn"]
    np.testing.assert_allclose(recorded_stride(image, expected), expected, rtol=0, atol=5e-5)
    networks = (generator, discriminator)
    assert_matches(golden, *networks, "train_bn", training=True, image=5e-5, logits=1e-4)


@pytest.mark.heavy
def test_parameter_counts_of_three_channels():
    assert num_trainable(Pix2PixGenerator(3, (256, 256))) == 54_413_955
    assert num_trainable(Pix2PixDiscriminator(3)) == 2_768_705


def num_trainable(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


@pytest.fixture(scope="module")
def trained(golden):
    """The model after the recorded steps, its weights before, and the losses of each step."""
    config = golden.json("config")
    model = Pix2Pix(*build(golden))
    before = {name: official_names.to_state_dict(network) for name, network in parts(model)}
    rates = (config["lr_g"], config["lr_d"])
    betas = (config["beta1"], config["beta2"], config["adam_eps"])
    model.compile(*(RecordingAdam(rate, *betas) for rate in rates), config["lambda_L1"])
    losses = [
        model.updates(golden[f"step{t}/image"], label_map_of(golden, f"step{t}"), {"z": None})
        for t in range(config["steps"])
    ]
    return model, before, losses


def parts(model):
    return (("G", model.generator), ("D", model.discriminator))


def test_the_first_fake(golden):
    generator, _ = build(golden)
    fake = generator(label_map_of(golden, "step0"), training=True)
    np.testing.assert_allclose(fake, golden["step0/fake_G"], rtol=0, atol=5e-5)


def test_losses_of_whole_training_steps(golden, trained):
    _, _, losses = trained
    names = [name.lower() for name in golden.json("loss_names")]
    assert sorted(names) == ["d_fake", "d_real", "g_gan", "g_l1"]
    actual = np.array([[float(of_step[name]) for name in names] for of_step in losses])
    expected = golden["losses"]
    assert (np.abs(actual - expected) / np.maximum(1, np.abs(expected))).max() < 1e-4


@pytest.mark.parametrize("name", ["G", "D"])
def test_gradient_norms_of_the_first_step(golden, trained, name):
    model, _, _ = trained
    network = dict(parts(model))[name]
    optimizer = model.generator_optimizer if name == "G" else model.discriminator_optimizer
    recorded = golden.json(f"step0/grad_norm_{name}")
    entries = official_names.entries(network)
    actual = {key: optimizer.norms[id(entries[key].variable)] for key in recorded}
    assert len(recorded) == len(optimizer.norms)
    assert actual == pytest.approx(recorded, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", ["G", "D"])
def test_weights_after_training(golden, trained, name):
    model, before, _ = trained
    after = official_names.to_state_dict(dict(parts(model))[name])
    deltas = {key: np.linalg.norm(np.float64(after[key]) - before[name][key]) for key in after}
    recorded = golden.json(f"delta/{name}")
    gradients = golden.json(f"step0/grad_norm_{name}")
    moved = [key for key, norm in gradients.items() if norm > 1e-5]
    totals = [np.sqrt(sum(delta[key] ** 2 for key in moved)) for delta in (deltas, recorded)]
    assert totals[0] == pytest.approx(totals[1], rel=1.5e-4)
    statistics = [key for key in recorded if ".running_" in key]
    assert len(statistics) > 5
    for key in statistics:
        assert deltas[key] == pytest.approx(recorded[key], rel=2e-3), key
    for key, (mean, norm) in golden.json(f"after/{name}").items():
        array = np.float64(after[key])
        if norm > 0.1:
            assert np.linalg.norm(array) == pytest.approx(norm, rel=1e-3), key
            assert array.mean() == pytest.approx(mean, abs=1e-3 * norm / np.sqrt(array.size)), key
