"""`PixelNoise` gives every pixel a number of its own, which depends on z alone."""

import numpy as np
import pytest
from tiny import tiny_generator, tiny_pairs, tiny_z

from oasis_tf.layers.pixel_noise import PixelNoise, random_signs

HEIGHT, WIDTH, LENGTH = 24, 32, 16


@pytest.fixture(scope="module")
def noise():
    """The noise of 4,000 random vectors, float32 (4000, h, w)."""
    z = np.random.default_rng(1).standard_normal((4000, LENGTH)).astype("float32")
    features = np.zeros((1, HEIGHT, WIDTH, 1), "float32")
    layer = PixelNoise()
    layer.build(features.shape, z.shape)
    return np.asarray(layer.noise(features, z))[..., 0]


def test_every_pixel_has_mean_0_and_variance_1(noise):
    assert np.abs(noise.mean(0)).max() < 5 / np.sqrt(len(noise))
    assert np.abs(noise.var(0) - 1).max() < 5 * np.sqrt(2 / len(noise))


def test_other_pixels_have_other_noise(noise):
    """Correlations are sums of `LENGTH` random signs over `LENGTH`: mean 0, deviation 1/4."""
    far = np.corrcoef(noise[:, ::3, ::3].reshape(len(noise), -1).T)
    off_diagonal = far[~np.eye(len(far), dtype=bool)]
    assert abs(off_diagonal.mean()) < 0.05
    assert off_diagonal.std() == pytest.approx(1 / np.sqrt(LENGTH), rel=0.25)


def test_the_noise_of_one_image_is_white(noise):
    """Rows are as little alike as rows of independent numbers: no streaks, however short z is."""
    rows = np.corrcoef(noise[0])
    off_diagonal = rows[~np.eye(HEIGHT, dtype=bool)]
    assert off_diagonal.std() == pytest.approx(1 / np.sqrt(WIDTH), rel=0.25)


def test_long_and_short_vectors_give_equally_strong_noise():
    layer, features = PixelNoise(), np.zeros((1, HEIGHT, WIDTH, 1), "float32")
    layer.build(features.shape, (1, LENGTH))
    z = np.random.default_rng(2).standard_normal((1, LENGTH)).astype("float32")
    once, tenfold = (np.asarray(layer.noise(features, factor * z)) for factor in (1, 10))
    np.testing.assert_allclose(once, tenfold, rtol=1e-4)
    assert once.std() == pytest.approx(1, rel=0.1)
    assert np.isfinite(layer.noise(features, 0 * z)).all()


def test_by_hand():
    """z = (3, 5): s (3 r_0 c_0 + 5 r_1 c_1) / sqrt(9 + 25), times the strength of the channel."""
    layer = PixelNoise()
    layer.build((1, 2, 3, 2), (1, 2))
    layer.strength.assign([2.0, 10.0])
    added = np.asarray(layer(np.full((1, 2, 3, 2), 7.0, "float32"), np.float32([[3, 5]]))) - 7.0
    rows, columns, pixels = random_signs(2, 3, 2)
    for i in range(2):
        for j in range(3):
            noise = (3 * rows[i, 0] * columns[j, 0] + 5 * rows[i, 1] * columns[j, 1]) / np.sqrt(34)
            noise *= pixels[i, j]
            np.testing.assert_allclose(added[0, i, j], [2 * noise, 10 * noise], rtol=1e-5)


def test_the_signs_never_change():
    """A trained network depends on them: these were recorded when the layer was written."""
    rows, columns, pixels = random_signs(2, 3, 4)
    np.testing.assert_array_equal(rows, [[-1, -1, 1, -1], [-1, -1, -1, 1]])
    np.testing.assert_array_equal(columns, [[1, 1, 1, -1], [1, -1, 1, 1], [1, 1, 1, -1]])
    np.testing.assert_array_equal(pixels, [[1, -1, 1], [1, 1, -1]])


def test_a_noise_map_of_one_vector_gives_the_image_of_that_vector():
    generator = tiny_generator(padding_mode="replicate", pixel_noise=True)
    _, label_map = tiny_pairs(2)
    z = tiny_z(2)
    noise_map = np.broadcast_to(z[:, None, None, :], (*label_map.shape, z.shape[-1]))
    np.testing.assert_allclose(generator(label_map, z), generator(label_map, noise_map), atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"z_dim": 0}])
def test_one_class_gets_a_texture(options):
    """Without it, replicated borders give one class one colour, see test_generator."""
    generator = tiny_generator(padding_mode="replicate", pixel_noise=True, **options)
    generator.conv_image.kernel.assign(30.0 * generator.conv_image.kernel)
    one_class = np.full((1, *generator.image_size), 2)
    image = np.asarray(generator(one_class, None if options else tiny_z(1)))
    assert image.std((1, 2)).min() > 1e-3
