"""The sampler against Pillow's resize, polynomials, and the pixels themselves."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from oasis_tf.data.augmentation.sampler import sample_image, sample_label_map
from oasis_tf.data.augmentation.sampling_grid import SamplingGrid

RNG = np.random.default_rng(0)


def grid_at(y, x, steps=(1.0, 1.0)):
    y, x = np.broadcast_arrays(np.float32(y), np.float32(x))
    return SamplingGrid(
        tf.constant(y),
        tf.constant(x),
        steps=tuple(tf.constant(step, tf.float32) for step in steps),
        largest_step=max(steps),
    )


def resizing_grid(old, new):
    y, x = ((np.arange(n) + 0.5) * o / n for o, n in zip(old, new, strict=True))
    steps = tuple(o / n for o, n in zip(old, new, strict=True))
    return grid_at(y[:, None], x[None], steps=steps)


def test_at_the_centres_of_pixels_it_is_the_image_itself():
    image = RNG.integers(0, 256, (10, 14, 3), dtype=np.uint8)
    grid = resizing_grid((10, 14), (10, 14))
    np.testing.assert_array_equal(sample_image(tf.constant(image), grid), image)


@pytest.mark.parametrize("new", [(24, 40), (40, 60), (22, 60), (70, 90)])
def test_a_regular_grid_is_pillows_bicubic_resize(new):
    """Inside: Pillow leaves out what is beyond the borders, and the sampler mirrors."""
    old = (40, 60)
    coarse = Image.fromarray(RNG.integers(0, 256, (13, 20, 3), dtype=np.uint8))
    image = coarse.resize(old[::-1], Image.Resampling.BILINEAR)
    expected = np.asarray(image.resize(new[::-1], Image.Resampling.BICUBIC)).astype(float)
    sampled = sample_image(tf.constant(np.asarray(image)), resizing_grid(old, new)).numpy()
    inside = slice(4, -4)
    assert np.abs(sampled.clip(0, 255) - expected)[inside, inside].max() <= 1.5


def test_a_grid_of_the_images_own_pixels_cuts_out_a_window():
    image = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    grid = grid_at(np.arange(7, 15)[:, None] + 0.5, np.arange(3, 25)[None] + 0.5)
    np.testing.assert_array_equal(sample_image(tf.constant(image), grid), image[7:15, 3:25])


def test_quadratics_are_reproduced_between_the_pixels():
    rows, columns = np.mgrid[:12, :15]
    image = np.stack([rows * columns, columns**2, 20 + 10 * rows], axis=-1).astype(np.uint8)
    y, x = RNG.uniform(3, 9, (8, 8)), RNG.uniform(3, 12, (8, 8))
    sampled = sample_image(tf.constant(image), grid_at(y, x))
    expected = [(y - 0.5) * (x - 0.5), (x - 0.5) ** 2, 20 + 10 * (y - 0.5)]
    np.testing.assert_allclose(sampled, np.stack(expected, axis=-1), atol=2e-3)


@pytest.mark.parametrize("step", [1.0, 1.3, 2.0])
def test_at_the_borders_it_sees_the_mirrored_image(step):
    image = RNG.integers(0, 256, (12, 12, 3), dtype=np.uint8)
    far = 10
    padded = np.pad(image, [(far, far), (far, far), (0, 0)], mode="symmetric")
    y = np.array([[0, 0.2, 0.5, 11.5, 11.9, 12]]).T
    x = y.T
    sampled, inside = (
        sample_image(tf.constant(picture), grid_at(y + shift, x + shift, steps=(step, step)))
        for picture, shift in ((image, 0), (padded, far))
    )
    np.testing.assert_allclose(sampled, inside, atol=1e-2)


def test_a_chequered_image_turns_grey_where_the_grid_is_coarser():
    chequered = np.uint8(np.indices((60, 60)).sum(axis=0) % 2 * 255)
    image = tf.constant(np.repeat(chequered[..., None], 3, axis=-1))
    coarse = sample_image(image, resizing_grid((60, 60), (31, 31))).numpy()[3:-3, 3:-3]
    np.testing.assert_allclose(coarse, 127.5, atol=13)


def test_labels_are_those_of_the_pixels_in_which_the_points_lie():
    label_map = RNG.integers(0, 256, (9, 11), dtype=np.uint8)
    y, x = RNG.uniform(0, 9, (20, 30)), RNG.uniform(0, 11, (20, 30))
    y[0, :2], x[0, :2] = [0, 9], [0, 11]  # the outer corners
    rows, columns = (np.minimum(np.int32(np.float32(v)), n - 1) for v, n in ((y, 9), (x, 11)))
    sampled = sample_label_map(tf.constant(label_map), grid_at(y, x))
    assert sampled.dtype == tf.uint8
    np.testing.assert_array_equal(sampled, label_map[rows, columns])
