"""`fold` makes the same images from fewer weights, at any running statistics."""

import numpy as np
import pytest
from tiny import tiny_generator, tiny_pairs, tiny_z

from oasis_tf.models.fold import fold


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"norm": "instance"},
        {"norm": "none"},
        {"own_moments": 0.25},
        {"label_embedding": 2},
        {"padding_mode": "replicate", "upsampling": "bilinear", "pixel_noise": True},
    ],
)
def test_folded_generator_makes_the_same_images(options):
    generator = tiny_generator(**options)
    generator.conv_image.kernel.assign(30.0 * generator.conv_image.kernel)
    _, label_map = tiny_pairs(2)
    z = tiny_z(2)

    folded = fold(generator)

    wanted = generator(label_map, z)
    assert np.std(wanted) > 0.1
    np.testing.assert_allclose(folded(label_map, z), wanted, atol=1e-5)
    of_noise = {"strength"} if options.get("pixel_noise") else set()
    moments = {"running_mean", "running_variance"} if options.get("own_moments") else set()
    names = {weight.name for weight in folded.weights}
    assert names == {"kernel", "bias"} | of_noise | moments
