"""Tables kept from one label map to the next: the images of the generator, and only new work."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.generation.edit_painter import EditPainter, keeps_tables
from oasis_tf.layers.accelerated.neighbourhoods import find_neighbourhoods
from oasis_tf.models import OASISGenerator

SIZE, CLASSES, Z_DIM = (16, 16), 4, 3


@pytest.fixture(scope="module", params=["replicate", pytest.param("zeros", marks=pytest.mark.slow)])
def generator(request):
    return OASISGenerator(
        *(CLASSES, SIZE),
        channels=2,
        num_blocks=2,
        z_dim=Z_DIM,
        norm="none",
        spade_hidden=4,
        spectral_norm=False,
        init_gain=1.0,
        modulation="distinct",
        padding_mode=request.param,
    )


@pytest.fixture(scope="module")
def painter(generator):
    return EditPainter(generator)


def label_map_of(squares):
    label_map = np.ones(SIZE, np.int32)
    for top, left, side, label in squares:
        label_map[top : top + side, left : left + side] = label
    return tf.constant(label_map[None])


EDITS = [
    [(0, 0, 8, 2)],
    [(0, 0, 8, 2), (4, 5, 6, 3)],
    [(4, 5, 6, 3)],  # a neighbourhood less, and those of the first map are forgotten
    [(0, 0, 8, 2), (9, 9, 7, 0)],
]
NOISE = tf.constant([[0.5, -1.0, 2.0]])


def test_edits_have_the_images_of_the_generator(generator, painter):
    for squares in [*EDITS, *EDITS[::-1]]:
        label_map = label_map_of(squares)
        np.testing.assert_allclose(
            painter(label_map, NOISE), generator(label_map, NOISE), atol=1e-6
        )


def test_other_noise_begins_anew(generator, painter):
    label_map = label_map_of(EDITS[1])
    painter(label_map, NOISE)
    np.testing.assert_allclose(
        painter(label_map, 2 * NOISE), generator(label_map, 2 * NOISE), atol=1e-6
    )


def test_a_table_has_a_row_for_each_neighbourhood_of_the_last_map_alone(painter):
    for squares in EDITS:
        label_map = label_map_of(squares)
        painter(label_map, NOISE)
        padding = painter._generator.padding_mode
        settings = {"num_classes": CLASSES, "most": 1.0, "padding_mode": padding}
        found = find_neighbourhoods(label_map, NOISE, **settings)
        scale, shift = painter._before[2][last_gamma(painter)]
        assert len(scale) == len(shift) == len(found.outer)


def test_only_new_neighbourhoods_are_computed(painter):
    """Known rows come from the tables: with NaN in them, exactly the new pixels are finite."""
    before, after = (label_map_of(EDITS[i]) for i in (0, 1))
    painter(before, NOISE)
    label_map, z, tables = painter._before
    path = last_gamma(painter)
    poisoned = [np.nan * table for table in tables[path]]
    painter._before = label_map, z, tables | {path: poisoned}
    painter(after, NOISE)
    scale, _ = painter._before[2][path]
    settings = {"num_classes": CLASSES, "most": 1.0, "one_image": True}
    settings["padding_mode"] = painter._generator.padding_mode
    known, both = (
        find_neighbourhoods(maps, NOISE, **settings)
        for maps in (before, tf.concat((before, after), axis=0))
    )
    new = np.unique(both.pixels[1:][both.pixels[1:] >= len(known.outer)])
    assert 0 < len(new) < len(scale)
    assert np.isfinite(scale).all(axis=1).sum() == len(new)


def test_dense_generators_keep_no_tables(generator):
    config = generator.get_config()
    assert keeps_tables(generator)
    assert not keeps_tables(OASISGenerator.from_config(config | {"modulation": "dense"}))
    assert not keeps_tables(OASISGenerator.from_config(config | {"label_embedding": 2}))


def last_gamma(painter):
    return painter._generator.blocks[-1].norm_1.gamma.path
