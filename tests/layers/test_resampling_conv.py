"""The convolutions with stride 2 equal resampling and convolving, in value and in gradient."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.layers.accelerated.strided import WORTHWHILE_PIXELS
from oasis_tf.layers.convolution import conv2d
from oasis_tf.layers.resample import downsample, upsample


@pytest.mark.parametrize("spectral_norm", [False, True], ids=["plain", "spectral"])
@pytest.mark.parametrize("small", [(32, 33), (4, 5)], ids=["strided", "as written"])
@pytest.mark.parametrize("resample", ["up", "down"])
def test_it_equals_resampling_and_convolving(resample, small, spectral_norm):
    assert (np.prod(small) >= WORTHWHILE_PIXELS) == (small == (32, 33))
    size = small if resample == "up" else (2 * small[0], 2 * small[1])
    x = tf.random.stateless_normal((1, *size, 2), seed=(0, 1))
    layer = conv2d(3, 3, init_gain=1.0, spectral_norm=spectral_norm, resample=resample)
    layer.build(x.shape)
    layer.bias.assign([0.1, 0.2, 0.3])

    def as_written(x):
        kernel = layer.kernel / layer.sigma() if spectral_norm else layer.kernel
        if resample == "up":
            return tf.nn.conv2d(upsample(x), kernel, 1, "SAME") + layer.bias
        return downsample(tf.nn.conv2d(x, kernel, 1, "SAME") + layer.bias)

    results = []
    for function in (layer, as_written):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
            loss = tf.reduce_sum(y**2)
        results.append((y, *tape.gradient(loss, [x, layer.kernel.value])))
    for ours, wanted in zip(*results, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-4 * np.std(wanted))
    assert tuple(layer.compute_output_shape(x.shape)) == tuple(results[0][0].shape)
