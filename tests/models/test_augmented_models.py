"""Augmentation of the discriminator's inputs, in every model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import NUM_CLASSES, assert_same_weights, tiny_oasis, weights_of
from tiny_config import CONFIGS

from oasis_tf.augment.augmentation import Augmentation
from oasis_tf.config import load_config
from oasis_tf.losses.bce import BCEAdversarial
from oasis_tf.losses.hinge import HingeAdversarial
from oasis_tf.models import (
    SPADE,
    Pix2Pix,
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.models.build import build_model

STRONG = {"translation": 0.25, "cutout": 0.5, "color": 1.0}
SIZES = {"oasis": (8, 12), "spade": (32, 32), "pix2pix": (8, 16)}
NETWORKS = ("generator", "discriminator")


def optimizers():
    return {f"{network}_optimizer": keras.optimizers.SGD(0.1) for network in NETWORKS}


def model_of(name, **settings):
    keras.utils.set_random_seed(0)
    arguments = optimizers() | {"ema_decay": 0.5, "run_eagerly": True} | settings
    if name == "oasis":
        return tiny_oasis(**arguments)
    size = SIZES[name]
    if name == "spade":
        generator = SPADEGenerator(NUM_CLASSES, size, channels=1, spade_hidden=2, init_gain=1.0)
        model = SPADE(generator, SPADEDiscriminator(NUM_CLASSES, channels=2, init_gain=1.0))
    else:
        generator = Pix2PixGenerator(NUM_CLASSES, size, channels=2, num_downs=2)
        model = Pix2Pix(generator, Pix2PixDiscriminator(NUM_CLASSES, channels=2, num_layers=1))
    model.compile(**arguments)
    return model


def pairs(name):
    rng, size = np.random.default_rng(0), SIZES[name]
    image = tf.constant(rng.uniform(-1, 1, (2, *size, 3)).astype(np.float32))
    return image, tf.constant(rng.integers(1, NUM_CLASSES, (2, *size)).astype(np.int32))


@pytest.mark.parametrize(
    "name", ["oasis", *(pytest.param(it, marks=pytest.mark.slow) for it in SIZES if it != "oasis")]
)
def test_probability_0_changes_no_bit(name):
    never = Augmentation(**STRONG, probability=0.0)
    models = [model_of(name, augmentation=augmentation) for augmentation in (None, never)]
    logs = [{k: float(v) for k, v in model.train_step(pairs(name)).items()} for model in models]
    assert logs[0] == logs[1]
    assert_same_weights(*(weights_of(model) for model in models))


@pytest.mark.parametrize(
    ("name", "adversarial"), [("spade", HingeAdversarial), ("pix2pix", BCEAdversarial)]
)
def test_patch_discriminators_see_real_and_fake_alike(name, adversarial, monkeypatch):
    model = model_of(name, augmentation=Augmentation(**STRONG), generator_losses=[adversarial()])
    image, label_map = pairs(name)
    draws, kernel = model.draws(label_map), model.generator.trainable_weights[0]
    before, judged = kernel.numpy(), []
    discriminate = type(model).discriminate

    def recorded(self, image, label_map, *, training):
        judged.append((image.numpy(), label_map.numpy()))
        return discriminate(self, image, label_map, training=training)

    monkeypatch.setattr(type(model), "discriminate", recorded)
    model.updates(image, label_map, draws)
    for network in NETWORKS:
        view = model.augmentation.view(draws[f"{network}_augmentation"], image_size=SIZES[name])
        moved = view.move(label_map).numpy()
        seen = [(x, labels) for x, labels in judged if (labels[:2] == moved).all()]
        images = np.concatenate([x for x, _ in seen])
        assert len(images) == (2 if network == "generator" else 4)  # fake, and real
        assert (images.reshape(-1, 2, *SIZES[name], 3)[:, moved == 0] == 0).all()
        assert 0.2 < (moved == 0).mean() < 0.9
        if network == "discriminator":
            np.testing.assert_array_equal(images[2:], view.image(image))
    assert np.abs(kernel.numpy() - before).max() > 0  # only the adversarial loss reaches it


@pytest.mark.parametrize("config", ["gaugan_facades", "pix2pix_facades"])
def test_the_configs_of_other_models_have_it(config):
    narrow = ["generator.channels=1", "discriminator.channels=1"]
    narrow += ["training.add_vgg_loss=false"]  # its weights would be downloaded
    model = build_model(
        load_config(
            CONFIGS / f"{config}.yaml",
            overrides=[*narrow, "training.discriminator_augment.cutout=0.5"],
        )
    )
    assert model.augmentation.get_config()["cutout"] == 0.5
