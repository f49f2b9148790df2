"""Walks between seeds."""

import numpy as np
import pytest
from PIL import Image

from oasis_tf.exploration import walks

A, B = np.array([3.0, 0]), np.array([0.0, 3])


@pytest.mark.parametrize("path", walks.PATHS.values())
def test_a_path_begins_and_ends_at_its_ends(path):
    np.testing.assert_allclose([path(A, B, 0), path(A, B, 1)], [A, B], atol=1e-12)


def test_halfway_the_arc_keeps_its_length_and_the_line_does_not():
    half = np.sqrt(0.5)
    np.testing.assert_allclose(walks.spherical(A, B, 0.5), [3 * half, 3 * half])
    np.testing.assert_allclose(walks.linear(A, B, 0.5), [1.5, 1.5])


@pytest.mark.parametrize("other", [A, 2 * A, -A], ids=["equal", "parallel", "opposite"])
def test_vectors_without_an_arc_between_them_are_walked_straight(other):
    np.testing.assert_allclose(walks.spherical(A, other, 0.25), 0.75 * A + 0.25 * other)


def test_a_walk_passes_every_vector():
    z = walks.walk([A, B, -A], walks.linear, steps=3)
    assert z.shape == (7, 2)
    np.testing.assert_allclose(z[::3], [A, B, -A])
    np.testing.assert_allclose(z[1], 2 / 3 * A + 1 / 3 * B)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_film_has_all_frames_and_never_ends(tmp_path, suffix):
    greys = (0, 90, 180, 250)
    images = np.stack([np.full((16, 24, 3), grey, np.uint8) for grey in greys])
    walks.save_film(images, tmp_path / f"x.{suffix}", milliseconds=100)
    with Image.open(tmp_path / f"x.{suffix}") as film:
        assert film.n_frames == 4 and film.info["loop"] == 0 and film.size == (240, 160)
        for index, grey in enumerate(greys):
            film.seek(index)
            assert np.abs(np.int32(film.convert("RGB")) - grey).max() <= 3
