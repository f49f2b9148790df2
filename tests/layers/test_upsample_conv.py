"""The transposed convolution equals up-sampling and convolving, in value and in gradient."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.convolution import conv2d
from oasis_tf.layers.resample import upsample
from oasis_tf.layers.upsample_conv import WORTHWHILE_PIXELS


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize("size", [(32, 33), (4, 5)], ids=["transposed", "plain"])
def test_it_convolves_the_upsampled_map(size, spectral_norm):
    assert (np.prod(size) >= WORTHWHILE_PIXELS) == (size == (32, 33))
    layer = conv2d(3, 3, init_gain=1.0, spectral_norm=spectral_norm, upsample=True)
    x = tf.random.stateless_normal((1, *size, 2), seed=(0, 1))
    layer.build(x.shape)
    layer.bias.assign([0.1, 0.2, 0.3])

    def plain(x):
        kernel = layer.kernel / layer.sigma() if spectral_norm else layer.kernel
        return tf.nn.conv2d(upsample(x), kernel, 1, "SAME") + layer.bias

    results = []
    for function in (layer, plain):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
            loss = tf.reduce_sum(y**2)
        results.append((y, *tape.gradient(loss, [x, layer.kernel.value])))
    for ours, wanted in zip(*results, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-4 * np.std(wanted))
