"""The distance in features, worked by hand on features that are the colours themselves."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from numpy_vgg import features as vgg_features
from numpy_vgg import random_vgg19
from tiny import HEIGHT, WIDTH, tiny_discriminator

from oasis_tf.evaluation.perceptual_distance import (
    Backbone,
    discriminator_backbone,
    mean_distance_of_pairs,
    open_backbone,
    vgg_backbone,
)
from oasis_tf.feature_extractors.vgg19 import VGGImageError, VGGWeightsError


@pytest.fixture(scope="module")
def vgg():
    return random_vgg19()


@pytest.fixture(scope="module")
def weights_file(vgg, tmp_path_factory):
    path = tmp_path_factory.mktemp("vgg") / "vgg19.weights.h5"
    vgg.save_weights(path)
    return path


def two_layers(images):
    """Colours, and those of every second pixel without blue."""
    images = tf.cast(images, tf.float32)
    return [images, images[:, ::2, ::2, :2]]


COLOURS = Backbone("colours", two_layers)


def distance(one, other):
    """Of lists of layers (h, w, c), as the paper's equation has it."""
    total = 0.0
    for x, y in zip(one, other, strict=True):
        x, y = (
            np.float64(a) / np.linalg.norm(np.float64(a), axis=-1, keepdims=True) for a in (x, y)
        )
        total += ((x - y) ** 2).sum(-1).mean()
    return total


def random_photographs(*shape):
    return np.random.default_rng(0).integers(1, 256, (*shape, 3), np.uint8)


def test_a_distance_worked_by_hand():
    photographs = np.zeros((1, 2, 2, 2, 3), np.uint8)
    photographs[:, 0] = [30, 40, 0]  # (0.6, 0.8, 0)
    photographs[:, 1] = [30, 40, 0]
    photographs[:, 1, 1, 1] = [0, 0, 9]  # at a right angle, in one of four pixels of one layer
    assert mean_distance_of_pairs(photographs, COLOURS).numpy() == pytest.approx([2 / 4])
    photographs[:, 1, 0, 0] = [200, 0, 0]  # (0.6 - 1)² + 0.8² = 0.8, in both layers
    expected = [(2 + 0.8) / 4 + 0.8]
    assert mean_distance_of_pairs(photographs, COLOURS).numpy() == pytest.approx(expected)


def test_it_is_the_mean_over_all_pairs():
    photographs = random_photographs(2, 4, 6, 8)
    expected = [
        np.mean(
            [
                distance([a, a[::2, ::2, :2]], [b, b[::2, ::2, :2]])
                for a, b in itertools.combinations(of_one, 2)
            ]
        )
        for of_one in photographs
    ]
    np.testing.assert_allclose(mean_distance_of_pairs(photographs, COLOURS), expected, rtol=1e-5)


def test_equal_photographs_are_at_no_distance_black_ones_too():
    photographs = np.repeat(random_photographs(2, 1, 4, 4), 3, axis=1)
    photographs[1] = 0
    np.testing.assert_allclose(mean_distance_of_pairs(photographs, COLOURS), [0, 0], atol=1e-9)


def test_the_discriminators_encoder_is_seen_at_every_depth_and_left_as_it_is():
    discriminator = tiny_discriminator()
    before = [variable.numpy() for variable in discriminator.weights]
    backbone = open_backbone("discriminator", discriminator=discriminator, step=7)
    assert backbone.name == "the run's own discriminator, step 7"
    photographs = random_photographs(3, 2, HEIGHT, WIDTH)
    layers = backbone.features(photographs[:, 0])
    assert [layer.shape for layer in layers] == [(3, 4, 6, 4), (3, 2, 3, 6)]
    np.testing.assert_allclose(
        layers[1], discriminator.encoder[1](layers[0], training=False), rtol=1e-5, atol=1e-6
    )
    signed = np.float32(photographs[:, 0]) / 127.5 - 1
    np.testing.assert_allclose(layers[0], discriminator.encoder[0](signed), rtol=1e-5, atol=1e-6)
    other = backbone.features(photographs[:, 1])
    expected = [
        distance([x[i] for x in layers], [y[i] for y in other]) for i in range(len(photographs))
    ]
    np.testing.assert_allclose(mean_distance_of_pairs(photographs, backbone), expected, rtol=1e-4)
    for variable, value in zip(discriminator.weights, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_features_in_half_precision_are_compared_in_float32():
    backbone = discriminator_backbone(tiny_discriminator(dtype="mixed_bfloat16"), step=1)
    full = discriminator_backbone(tiny_discriminator(), step=1)
    photographs = random_photographs(2, 2, HEIGHT, WIDTH)
    measured = mean_distance_of_pairs(photographs, backbone)
    assert measured.dtype == tf.float32
    np.testing.assert_allclose(measured, mean_distance_of_pairs(photographs, full), rtol=0.05)


def test_vgg_is_named_with_its_weights_and_compared_at_five_depths(vgg, weights_file):
    backbone = open_backbone(weights_file, discriminator=None, step=0)
    assert backbone.name.startswith(f"VGG19 ({weights_file.name}, SHA-256 ")
    photographs = random_photographs(1, 2, 16, 32)
    signed = np.float64(photographs[0]) / 127.5 - 1
    of_both = [[layer[0] for layer in vgg_features(vgg, image[None])] for image in signed]
    measured = mean_distance_of_pairs(photographs, backbone)
    np.testing.assert_allclose(measured, [distance(*of_both)], rtol=1e-3)


def test_images_that_vgg_cannot_halve_are_refused(weights_file):
    too_small = pytest.raises(VGGImageError, match="at least 16x16 is needed; got 8x32")
    with too_small:
        vgg_backbone(weights_file).features(random_photographs(1, 8, 32))
    with too_small:
        open_backbone(weights_file, discriminator=None, step=0, image_size=(8, 32))


def test_weights_that_are_not_there_are_named_with_the_key():
    with pytest.raises(VGGWeightsError, match="none.h5.*evaluation.diversity_backbone"):
        vgg_backbone("none.h5")
