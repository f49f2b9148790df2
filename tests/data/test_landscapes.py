"""Landscapes are a pure function of their seeds, and look like what their labels say."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.data import DataError, open_source
from oasis_tf.data.datasets.landscapes import LandscapeClass
from oasis_tf.data.landscapes import render

SIZE = (64, 64)


def open_landscapes(split="train", **options):
    options = {"num_scenes": 6, "image_size": SIZE, **options}
    return open_source(source="landscapes", split=split, **options)


@pytest.fixture(scope="module")
def scenes():
    pairs = [render(seed, SIZE) for seed in range(120)]
    return np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])


def test_the_same_seed_is_the_same_scene_and_another_is_not():
    (image, label_map), (again, label_map_again) = render(5, SIZE), render(5, SIZE)
    np.testing.assert_array_equal(image, again)
    np.testing.assert_array_equal(label_map, label_map_again)
    assert not np.array_equal(label_map, render(6, SIZE)[1])


def test_one_layout_has_many_appearances():
    pairs = [render(5, SIZE, appearance_seed=seed) for seed in range(8)]
    for _, label_map in pairs:
        np.testing.assert_array_equal(label_map, pairs[0][1])
    means = np.array([image.mean(axis=(0, 1)) for image, _ in pairs])
    assert means.std(axis=0).min() > 10  # grey levels


def test_a_scene_is_the_same_at_every_resolution():
    coarse, fine = render(11, SIZE)[1], render(11, (128, 128))[1][1::2, 1::2]
    assert np.mean(coarse == fine) > 0.95


def test_every_class_occurs_and_void_does_not(scenes):
    share = np.bincount(scenes[1].ravel(), minlength=len(LandscapeClass)) / scenes[1].size
    assert share[LandscapeClass.VOID] == 0
    assert np.all(share[1:] > 0.004), dict(zip(LandscapeClass, share, strict=True))


def test_regions_are_coherent(scenes):
    label_maps = np.pad(scenes[1], ((0, 0), (1, 1), (1, 1)), "edge").astype(int)
    inner = label_maps[:, 1:-1, 1:-1]
    neighbours = [
        label_maps[:, 1 + dy : 65 + dy, 1 + dx : 65 + dx]
        for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0))
    ]
    alike = sum(neighbour == inner for neighbour in neighbours)
    assert np.mean(alike == 0) < 0.0005  # lone pixels
    assert np.mean(alike == 4) > 0.8  # insides


def test_classes_have_their_colours(scenes):
    images, label_maps = scenes
    red, _, blue = (
        [images[label_maps == c][:, channel].mean() for c in LandscapeClass if c]
        for channel in range(3)
    )
    of = {c: i for i, c in enumerate(LandscapeClass, start=-1) if c}
    assert blue[of[LandscapeClass.WATER]] > red[of[LandscapeClass.WATER]] + 20
    assert red[of[LandscapeClass.SAND]] > blue[of[LandscapeClass.SAND]] + 20
    assert red[of[LandscapeClass.GRASS]] > blue[of[LandscapeClass.GRASS]] + 20
    assert red[of[LandscapeClass.SNOW]] > red[of[LandscapeClass.MOUNTAIN]] + 20


def test_splits_and_seeds_share_no_scene():
    sources = [open_landscapes("train"), open_landscapes("val"), open_landscapes(seed=1)]
    layouts = {
        source.load(tf.constant(i))[1].numpy().tobytes() for source in sources for i in range(6)
    }
    assert len(layouts) == 18


def test_the_source_gives_what_is_rendered_at_first_and_from_memory():
    source = open_landscapes(image_size=(32, 48))
    image, label_map = render(source.first_seed + 2, (32, 48))
    for _ in range(2):
        for loaded in (
            source.load(tf.constant(2)),
            list(tf.data.Dataset.range(6).map(source.load))[2],
        ):
            np.testing.assert_array_equal(loaded[0], image)
            np.testing.assert_array_equal(loaded[1], label_map)
    assert source.num_classes == len(source.class_names) == len(source.palette) == 14


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"image_size": (4, 64)}, "at 4x64"),
        ({"image_size": (16, 128)}, "at 16x128"),
        ({"num_scenes": 0}, "num_scenes=0"),
        ({"seed": -1}, "seed=-1"),
        ({"split": "test"}, "split 'test'"),
    ],
)
def test_what_cannot_be_rendered_is_named(options, named):
    with pytest.raises(DataError, match=named):
        open_landscapes(**options)
