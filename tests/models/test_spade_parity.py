"""Equality with the official SPADE, whose outputs were recorded in tests/golden.

Tolerances are several times the largest difference between recordings of the official code whose
weights differ by a relative 1e-6.
"""

import numpy as np
import pytest
import tensorflow as tf
from golden_weights import Golden, state_dict

from oasis_tf.losses import perceptual
from oasis_tf.models import SPADE, SPADEDiscriminator, SPADEGenerator
from oasis_tf.optimizers.adam import Adam
from oasis_tf.weights import official_names

PREFIXES = {"G": "SPADE_G", "D": "SPADE_D"}
NO_GRADIENT = 1e-5  # norms below are noise around a true 0


class RecordingAdam(Adam):
    """Keeps the L2 norm of every gradient of the first update."""

    norms = None

    def apply(self, gradients, variables):
        if self.norms is None:
            pairs = zip(gradients, variables, strict=True)
            self.norms = {id(variable): tf.norm(gradient) for gradient, variable in pairs}
        super().apply(gradients, variables)


def build(golden, **settings):
    config = golden.json("config")
    size = (config["height"], config["width"])
    generator = SPADEGenerator(config["semantic_nc"], size, channels=config["ngf"], **settings)
    discriminator = SPADEDiscriminator(config["semantic_nc"], channels=config["ndf"])
    for name, network in (("G", generator), ("D", discriminator)):
        arrays = state_dict(PREFIXES[name], golden.json(f"shapes/{name}"), config["seed"])
        official_names.load_state_dict(network, arrays)
    return generator, discriminator


def label_map_of(golden, place="eval"):
    return np.int32(golden[f"{place}/label_map"])


def assert_matches_in_inference(golden, generator, discriminator):
    label_map, image = label_map_of(golden), golden["eval/image"]
    np.testing.assert_allclose(generator(label_map), image, rtol=0, atol=1e-5)
    judged = discriminator(image, label_map)
    for i, (scale, recorded) in enumerate(zip(judged, golden.json("eval/D_features"), strict=True)):
        *features, logits = scale
        np.testing.assert_allclose(logits, golden[f"eval/D_logits_{i}"], rtol=0, atol=1e-4)
        found = [(float(np.mean(x)), float(np.linalg.norm(x))) for x in features]
        np.testing.assert_allclose(found, recorded, rtol=1e-4)


@pytest.fixture(scope="module")
def golden():
    return Golden("spade_tiny_train")


@pytest.mark.parametrize("modulation", ["dense", "distinct"])
def test_inference(golden, modulation):
    assert_matches_in_inference(golden, *build(golden, modulation=modulation))


def num_trainable(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


@pytest.mark.slow
def test_full_size_inference_and_parameter_counts():
    golden = Golden("spade_ade20k_eval")
    networks = build(golden)
    assert [num_trainable(network) for network in networks] == [96_492_483, 5_836_930]
    assert_matches_in_inference(golden, *networks)


def test_the_first_fake(golden):
    generator, _ = build(golden)
    fake = generator(label_map_of(golden, "step0"), training=True)
    np.testing.assert_allclose(fake, golden["step0/fake_G"], rtol=0, atol=1e-4)


@pytest.fixture(scope="module")
def trained(golden):
    """The model after the recorded steps, its weights before, and the losses of each step."""
    config = golden.json("config")
    model = SPADE(*build(golden, modulation="dense"))
    before = {name: official_names.to_state_dict(network) for name, network in parts(model)}
    settings = (config["beta1"], config["beta2"], config["adam_eps"])
    optimizers = (RecordingAdam(rate, *settings) for rate in (config["lr_g"], config["lr_d"]))
    model.compile(*optimizers, lambda_feat=config["lambda_feat"])
    draws = {"generator_z": None, "discriminator_z": None}
    losses = [
        model.updates(golden[f"step{t}/image"], label_map_of(golden, f"step{t}"), draws)
        for t in range(config["steps"])
    ]
    return model, before, losses


def parts(model):
    return (("G", model.generator), ("D", model.discriminator))


def test_losses_of_whole_training_steps(golden, trained):
    _, _, losses = trained
    names = [name.lower() for name in golden.json("loss_names")]
    assert names == ["gan", "gan_feat", "d_fake", "d_real"]
    actual = np.array([[float(of_step[name]) for name in names] for of_step in losses])
    expected = golden["losses"]
    difference = np.abs(actual - expected) / np.maximum(1, np.abs(expected))
    assert (difference.max(axis=1) < [1e-4, 1e-3, 5e-3]).all(), difference


@pytest.mark.parametrize("name", ["G", "D"])
def test_gradient_norms_of_the_first_step(golden, trained, name):
    model, _, _ = trained
    network = dict(parts(model))[name]
    optimizer = model.generator_optimizer if name == "G" else model.discriminator_optimizer
    recorded = golden.json(f"step0/grad_norm_{name}")
    entries = official_names.entries(network)
    actual = {key: float(optimizer.norms[id(entries[key].variable)]) for key in recorded}
    assert len(recorded) == len(optimizer.norms)
    assert actual == pytest.approx(recorded, rel=1e-3, abs=NO_GRADIENT)


@pytest.mark.parametrize("name", ["G", "D"])
def test_weights_after_training(golden, trained, name):
    model, before, _ = trained
    after = official_names.to_state_dict(dict(parts(model))[name])
    recorded = golden.json(f"delta/{name}")
    deltas = {key: np.linalg.norm(np.float64(after[key]) - before[name][key]) for key in recorded}
    gradients = golden.json(f"step0/grad_norm_{name}")
    moved = [key for key, norm in gradients.items() if norm > NO_GRADIENT]
    totals = [np.sqrt(sum(delta[key] ** 2 for key in moved)) for delta in (deltas, recorded)]
    assert totals[0] == pytest.approx(totals[1], rel=3e-3)
    assert np.median([abs(deltas[key] / recorded[key] - 1) for key in moved]) < 5e-3
    for key in recorded.keys() - gradients.keys():  # running statistics, u and v
        if recorded[key] > 1e-3:
            assert deltas[key] == pytest.approx(recorded[key], rel=2e-2), key
    for key, (mean, norm) in golden.json(f"after/{name}").items():
        array = np.float64(after[key])
        rel = 2e-2 if gradients.get(key, 1.0) < NO_GRADIENT else 2e-3
        if norm > 0.1:
            assert np.linalg.norm(array) == pytest.approx(norm, rel=rel), key
            assert array.mean() == pytest.approx(mean, abs=rel * norm / np.sqrt(array.size)), key


@pytest.mark.heavy
def test_the_perceptual_loss_and_its_gradient(golden, monkeypatch):
    """The official code feeds VGG19 images in [-1, 1] as they are."""
    monkeypatch.setattr(perceptual, "to_vgg_input", lambda image: image)
    loss = perceptual.PerceptualLoss(weights=None)
    arrays = state_dict("VGG19", golden.json("shapes/VGG19"), golden.json("config")["seed"])
    convs = [layer for layer in loss.features.layers if layer.name.endswith(tuple("12345"))]
    convs = [layer for layer in convs if layer.weights]
    for layer, kernel, bias in zip(
        convs, *(list(arrays.values())[i::2] for i in (0, 1)), strict=True
    ):
        layer.set_weights([kernel.transpose(2, 3, 1, 0), bias])
    fake = tf.Variable(golden["vgg/fake"])
    with tf.GradientTape() as tape:
        distance = loss.distance(golden["vgg/real"], fake)
    gradient = tape.gradient(distance, fake).numpy()
    assert float(distance) == pytest.approx(float(golden["vgg/loss"]), rel=1e-5)
    assert np.linalg.norm(gradient) == pytest.approx(float(golden["vgg/grad_norm"]), rel=1e-3)
    difference = np.linalg.norm(gradient - golden["vgg/grad"])
    assert difference < 5e-2 * float(golden["vgg/grad_norm"])
