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
    return EditPainter(generator, growth=100)


def label_map_of(squares):
    label_map = np.ones(SIZE, np.int32)
    for top, left, side, label in squares:
        label_map[top : top + side, left : left + side] = label
    return tf.constant(label_map[None])


EDITS = [
    [(0, 0, 8, 2)],
    [(0, 0, 8, 2), (4, 5, 6, 3)],
    [(4, 5, 6, 3)],
    [(0, 0, 8, 2), (9, 9, 7, 0)],
]
NOISE = np.float32([[0.5, -1.0, 2.0]])


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


def test_a_table_has_a_row_for_each_neighbourhood_so_far(painter):
    settings = {"num_classes": CLASSES, "most": 1.0}
    settings["padding_mode"] = painter._generator.padding_mode
    painter._before = None
    seen = set()
    for squares in EDITS[:3]:
        label_map = label_map_of(squares)
        painter(label_map, NOISE)
        found = find_neighbourhoods(label_map, NOISE, **settings)
        inner = np.concatenate((np.zeros((1, 9), np.int32), found.inner))
        symbols = np.concatenate(([-1], found.codes[0]))
        seen |= {symbols[inner[row]].tobytes() for row in found.outer}
        scale, shift = painter._before[1][last_gamma(painter)]
        assert len(scale) == len(shift) == len(seen)


def test_only_new_neighbourhoods_are_computed(painter):
    """Known rows come from the tables: with NaN in them, exactly the new ones are finite."""
    before, after = (label_map_of(EDITS[i]) for i in (0, 1))
    painter._before = None
    painter(before, NOISE)
    z, tables, rows = painter._before
    path = last_gamma(painter)
    painter._before = z, tables | {path: [np.nan * table for table in tables[path]]}, rows
    image = painter(after, NOISE)
    scale, _ = painter._before[1][path]
    assert np.isfinite(scale).all(axis=1).tolist() == [
        row >= len(tables[path][0]) for row in range(len(scale))
    ]
    assert len(scale) > len(tables[path][0])
    assert np.isnan(image).any()
    painter._before = None


def test_it_begins_anew_before_tables_grow_without_bound(painter, monkeypatch):
    monkeypatch.setattr(painter, "_growth", 2)
    random = np.random.default_rng(0)
    painter._before = None
    painter(label_map_of([]), NOISE)
    first = painter._before[2]
    painter(tf.constant(random.integers(0, CLASSES, (1, *SIZE)), tf.int32), NOISE)
    assert painter._before is None
    painter(label_map_of([]), NOISE)
    assert sum(len(table) for table in tf.nest.flatten(painter._before[1])) == first


def test_dense_generators_keep_no_tables(generator):
    config = generator.get_config()
    assert keeps_tables(generator)
    assert not keeps_tables(OASISGenerator.from_config(config | {"modulation": "dense"}))
    assert not keeps_tables(OASISGenerator.from_config(config | {"label_embedding": 2}))


def last_gamma(painter):
    return painter._generator.blocks[-1].norm_1.gamma.path
