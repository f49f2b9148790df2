"""A noise vector, never laid out, contributes what a noise map of equal pixels does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.convolution import condition_conv2d

SIZES = [(1, 1), (2, 3), (3, 4), (7, 5)]  # below, at and above the kernel's own size


@pytest.mark.parametrize("padding_mode", ["zeros", "replicate"])
@pytest.mark.parametrize("size", SIZES)
def test_a_vector_equals_its_map(size, padding_mode):
    labels = tf.random.stateless_normal((2, *size, 3), seed=(0, 1))
    noise = tf.random.stateless_normal((2, 4), seed=(0, 2))
    layer = condition_conv2d(5, init_gain=1.0, padding_mode=padding_mode)
    layer.build(labels.shape, noise.shape)
    layer.bias.assign(tf.range(5.0))
    noise_map = tf.broadcast_to(noise[:, None, None, :], (2, *size, 4))

    results = []
    for arguments in ((labels, noise), (tf.concat([noise_map, labels], -1),)):
        with tf.GradientTape() as tape:
            y = layer(*arguments)
            loss = tf.reduce_sum(y**2)
        results.append((y, tape.gradient(loss, layer.kernel.value)))

    for vector, laid_out in zip(*results, strict=True):
        np.testing.assert_allclose(vector, laid_out, rtol=1e-4, atol=1e-4)


def test_the_noise_gain_scales_the_initial_kernel_of_the_noise_alone():
    kernels = []
    for gain in (1.0, 0.1):
        keras.utils.set_random_seed(0)
        layer = condition_conv2d(5, noise_gain=gain)
        layer.build((1, 4, 4, 3), (1, 2))
        kernels.append(layer.kernel.numpy())
    np.testing.assert_allclose(kernels[1][:, :, :2], 0.1 * kernels[0][:, :, :2], rtol=1e-6)
    np.testing.assert_array_equal(kernels[1][:, :, 2:], kernels[0][:, :, 2:])
