"""EfficientNet-Lite0 against the same network in plain NumPy, with batch norm not folded."""

import numpy as np
import pytest
import tensorflow as tf
from efficientnet_weights import random_state_dict

from oasis_tf.feature_extractors.efficientnet_lite import STAGES, EfficientNetLite0

EPSILON = 1e-3


def convolve(x, weight, *, stride, depthwise=False):
    """TensorFlow's "same" padding: of an odd total the larger part behind."""
    size, length = weight.shape[-1], x.shape[1:3]
    pads = [max(0, (-(-n // stride) - 1) * stride + size - n) for n in length]
    x = np.pad(x, [(0, 0), *((p // 2, p - p // 2) for p in pads), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    if depthwise:
        return np.einsum("bhwcij,cij->bhwc", windows, weight[:, 0], optimize=True)
    return np.einsum("bhwcij,ocij->bhwo", windows, weight, optimize=True)


def features(image, state):
    def normalized(x, norm):
        p = {key: state[f"{norm}.{key}"] for key in ("weight", "bias")}
        mean, variance = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        return (x - mean) / np.sqrt(variance + EPSILON) * p["weight"] + p["bias"]

    def step(x, conv, norm, *, stride=1, depthwise=False, linear=False):
        x = convolve(x, state[f"{conv}.weight"], stride=stride, depthwise=depthwise)
        x = normalized(x, norm)
        return x if linear else np.clip(x, 0, 6)

    x, number, last_of_size = step(image, "_conv_stem", "_bn0", stride=2), 0, {}
    for repeats, _, first_stride, expansion, _ in STAGES:
        for i in range(repeats):
            prefix, stride, y = f"_blocks.{number}.", first_stride if i == 0 else 1, x
            if expansion > 1:
                y = step(y, f"{prefix}_expand_conv", f"{prefix}_bn0")
            conv, norm = f"{prefix}_depthwise_conv", f"{prefix}_bn1"
            y = step(y, conv, norm, stride=stride, depthwise=True)
            y = step(y, f"{prefix}_project_conv", f"{prefix}_bn2", linear=True)
            x = x + y if stride == 1 and x.shape == y.shape else y
            number += 1
        last_of_size[x.shape[1]] = x
    return list(last_of_size.values())


@pytest.fixture(scope="module")
def network():
    network = EfficientNetLite0()
    network.load_state_dict(random_state_dict())
    return network


def test_features_are_those_of_the_plain_network(network):
    image = np.random.default_rng(1).uniform(-1, 1, (2, 64, 32, 3)).astype(np.float32)
    expected = features(np.float64(image), random_state_dict())
    found = network(image)
    assert [x.shape[-1] for x in found] == list(network.channels)
    assert [64 // x.shape[1] for x in found] == list(network.strides)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * np.abs(theirs).max())


def test_it_is_frozen_and_gradients_reach_the_image(network):
    assert network.trainable_variables == []
    image = tf.random.uniform((1, 32, 32, 3), -1, 1)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_sum(network(image)[-1] ** 2)
    assert np.abs(tape.gradient(value, image)).max() > 0


def test_a_missing_weight_is_named(network):
    state = random_state_dict()
    del state["_blocks.3._bn1.bias"]
    with pytest.raises(KeyError, match=r"_blocks\.3\._bn1\.bias"):
        network.load_state_dict(state)
