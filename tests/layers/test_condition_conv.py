"""A noise vector, never laid out, contributes what a noise map of equal pixels does."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.convolution import condition_conv2d

SIZES = [(1, 1), (2, 3), (3, 4), (7, 5)]  # below, at and above the kernel's own size


@pytest.mark.parametrize("size", SIZES)
def test_a_vector_equals_its_map(size):
    labels = tf.random.stateless_normal((2, *size, 3), seed=(0, 1))
    noise = tf.random.stateless_normal((2, 4), seed=(0, 2))
    layer = condition_conv2d(5, init_gain=1.0)
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
