"""Directions: recovered where they are known, and refused where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from oasis_tf.cli.painting_options import MAX_SEED
from oasis_tf.data import DataError
from oasis_tf.exploration import regression, search
from oasis_tf.exploration.attributes import Attribute
from oasis_tf.exploration.direction import DirectionError
from oasis_tf.exploration.interpolation import interpolate
from oasis_tf.exploration.seeds import SeedError, vectors_of
from oasis_tf.generation import LabelMapInput
from oasis_tf.io.left_out import LeftOut

Z_DIM = 16
KNOWN = np.random.default_rng(1).standard_normal(Z_DIM)
KNOWN /= np.linalg.norm(KNOWN)


class KnownSampler:
    """Paints grey pictures, lighter along `KNOWN`; how light depends on the label map too."""

    z_dim = Z_DIM
    fingerprint = "known"
    step = 0

    def __init__(self, gain=20, rest=0):
        self.gain = gain
        self.rest = rest

    def fit(self, label_map):
        return label_map

    def paint(self, label_maps, z):
        along = z @ KNOWN
        light = 60 + 20 * label_maps.mean((1, 2)) + self.gain * np.tanh(along)
        light += self.rest * np.sin(9 * np.asarray(z).sum(1))  # no line follows that
        pixels = np.clip(np.round(light), 0, 255).astype(np.uint8)
        return np.broadcast_to(pixels[:, None, None, None], (*label_maps.shape, 3))


def label_map_inputs(count):
    return [
        LabelMapInput(f"s{index}", read=lambda index=index: np.full((4, 4), index % 5, np.int32))
        for index in range(count)
    ]


def find(sampler, count=8, **options):
    arguments = {
        "attribute": Attribute.named("luminance", ("void",)),
        "num_images": 300,
        "seed": 0,
        "batch_size": 32,
    }
    return search.find(sampler, label_map_inputs(count), **arguments | options)


@pytest.mark.parametrize("rest", [0, 10])
def test_a_known_direction_is_recovered(rest):
    direction, response = find(KnownSampler(rest=rest))
    assert np.dot(direction.vector, KNOWN) > 0.97
    assert np.linalg.norm(direction.vector) == pytest.approx(1)
    assert direction.held_out_correlation > (0.8 if rest else 0.95)
    assert (np.diff(direction.response) > 0).all()
    assert response.images.shape == (2, 7, 4, 4, 3)


def test_the_response_is_that_of_the_attribute():
    """tanh over three standard deviations, in parts of 255, from starts that are not at 0."""
    direction, _ = find(KnownSampler())
    rise = direction.response[-1] - direction.response[0]
    assert 0.5 * 40 / 255 < rise <= 40 / 255


def test_a_label_map_that_cannot_be_read_is_left_out():
    def broken():
        raise DataError("s3.png: broken")

    among = label_map_inputs(8)
    among[3] = replace(among[3], read=broken)
    arguments = {"attribute": Attribute.named("luminance", ("void",)), "seed": 0}
    left_out = LeftOut(DataError)
    parts = search.split_label_maps(KnownSampler(), among, left_out=left_out, **arguments)
    names = [name for part in parts for name in part.names]
    assert names == ["s0", "s1", "s2", "s4", "s5", "s6", "s7"]
    assert left_out.reasons == {"s3": "s3.png: broken"}
    with pytest.raises(DataError, match="s3.png: broken"):
        search.split_label_maps(KnownSampler(), among[3:4], left_out=left_out, **arguments)


def test_the_last_quarter_of_the_label_maps_is_held_out():
    direction, _ = find(KnownSampler(), count=8)
    assert direction.fit_label_maps == [f"s{index}" for index in range(6)]
    assert direction.held_out_label_maps == ["s6", "s7"]


def test_some_of_many_label_maps_are_drawn_by_the_seed():
    directions = [find(KnownSampler(), count=100, seed=seed)[0] for seed in (0, 0, 2**32 - 1)]
    names = [d.fit_label_maps + d.held_out_label_maps for d in directions]
    assert names[0] == names[1] != names[2] and len(set(names[0])) == 16
    assert names[0] == sorted(names[0], key=lambda name: int(name[1:]))
    assert directions[0] == directions[1]


def test_an_attribute_that_noise_does_not_drive_is_refused():
    with pytest.raises(DirectionError, match="does not follow from the noise"):
        find(KnownSampler(gain=0))
    with pytest.raises(DirectionError, match="does not follow from the noise"):
        find(KnownSampler(gain=0, rest=10))


def test_a_class_on_too_few_label_maps_is_refused():
    attribute = Attribute.named("4.luminance", ("void", "a", "b", "c", "d"))
    with pytest.raises(DirectionError, match=r"d\.luminance can be measured on 1 of 8 label maps"):
        find(KnownSampler(), attribute=attribute)


def test_what_tells_label_maps_apart_does_not_count():
    """Noise that happens to go with the label map explains nothing: it is centred within each."""
    rng = np.random.default_rng(0)
    groups = np.arange(200) % 4
    z = rng.standard_normal((200, 3)) + 5.0 * groups[:, None] * [0, 0, 1]
    values = 100.0 * groups + z[:, 0]
    found = regression.fit(z, values, groups)
    np.testing.assert_allclose(found.vector, [1, 0, 0], atol=0.01)


def test_noise_that_is_not_white_is_whitened():
    """Two correlated numbers, one of which matters: plain correlation would point between them."""
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 400))
    z = np.stack([first, 0.9 * first + 0.3 * second], axis=1)
    found = regression.fit(z, z[:, 0], np.arange(400) % 4)
    assert found.vector[0] > 0.99


def test_correlation_is_pearsons_within_groups():
    z = np.array([[0.0], [1], [2], [7], [8], [9]])
    groups = np.array([0, 0, 0, 1, 1, 1])
    assert regression.correlation(z, z[:, 0] - 50 * groups, groups, np.ones(1)) == pytest.approx(1)
    mixed = np.array([0.0, 1, 0, 0, 1, 0])
    assert regression.correlation(z, mixed, groups, np.ones(1)) == pytest.approx(0)


def test_seeds_after_the_largest_that_can_be_given_have_noise_of_their_own():
    lowest, largest, after = vectors_of(KnownSampler(), [0, MAX_SEED, MAX_SEED + 1])
    assert not np.array_equal(after, largest) and not np.array_equal(after, lowest)


def test_a_generator_without_noise_is_refused():
    sampler = KnownSampler()
    sampler.z_dim = 0
    with pytest.raises(DirectionError, match="has no noise"):
        find(sampler)
    with pytest.raises(SeedError, match="has no noise"):
        vectors_of(sampler, [0, 1])


def test_a_film_has_as_many_pictures_as_memory_takes(tmp_path):
    keywords = {"paths": ["linear"], "film": "webp", "milliseconds": 100, "batch_size": 1}
    with pytest.raises(SeedError, match="--steps 1000 between 3 seeds are 3,000 pictures; a film"):
        interpolate(None, None, tmp_path, seeds=[0, 1, 2], steps=1000, **keywords)
