"""FID's Inception computes what pytorch-fid's does, from images of any size."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from oasis_tf.feature_extractors.inception import FIDInception, to_network_input

pytestmark = pytest.mark.heavy


def assert_close(actual, expected, *, relative):
    """Per image, in L2; and no element off by that much of the largest."""
    error = np.abs(actual - expected)
    assert np.linalg.norm(error) < relative * np.linalg.norm(expected)
    assert error.max() < 10 * relative * np.abs(expected).max()


@pytest.mark.parametrize(("images", "features"), [("images", "pool3"), ("images_299", "pool3_299")])
def test_features_are_those_of_pytorch_fid(inception, golden, images, features):
    actual = inception(golden[images]).numpy()
    assert actual.dtype == np.float32 and actual.shape == golden[features].shape
    for image, expected in zip(actual, golden[features], strict=True):
        assert_close(image, expected, relative=1e-5)


@pytest.mark.parametrize(("layer", "block"), [("block0", 0), ("block1", 1), ("Mixed_6e", 2)])
def test_blocks_on_the_way_are_those_of_pytorch_fid(inception, golden, layer, block):
    network = inception.network
    part = keras.Model(network.input, network.get_layer(layer).output)
    means = part(to_network_input(golden["images"])).numpy().mean((1, 2))
    assert_close(means, golden[f"block{block}_mean"], relative=1e-5)


def test_floats_from_0_to_1_are_bytes_from_0_to_255(inception, golden):
    images = golden["images"][:1]
    np.testing.assert_array_equal(inception(np.float32(images) / 255), inception(images))


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 255)])
def test_floats_of_another_range_are_refused(low, high):
    images = np.linspace(low, high, 48, dtype=np.float32).reshape(1, 4, 4, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match=rf"in \[0, 1\]; got.*{low}.*{high}"):
        tf.function(to_network_input)(images)


@pytest.mark.parametrize("size", [(96, 128), (299, 299), (300, 298), (700, 17), (1, 1)])
def test_images_are_resized_as_by_pytorch(size):
    images = np.random.default_rng(0).random((2, *size, 3), np.float32)
    resized = torch.nn.functional.interpolate(
        torch.tensor(images.transpose(0, 3, 1, 2)), (299, 299), mode="bilinear", align_corners=False
    )
    expected = 2 * resized.numpy().transpose(0, 2, 3, 1) - 1
    np.testing.assert_allclose(to_network_input(images), expected, atol=2e-5)


def test_it_computes_in_float32_under_mixed_precision(inception, golden):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = FIDInception()
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(inception.get_weights())
    images = golden["images"][:1]
    np.testing.assert_array_equal(mixed(images), inception(images))


def test_without_weights_it_is_not_fids_network(inception):
    assert not FIDInception().is_standard and not inception.is_standard
    assert FIDInception(weights_sha256="6726825d" + 56 * "0").is_standard
