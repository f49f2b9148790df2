"""Tables of gamma and beta that are kept from one label map to the next, for maps that are edited.

With equal noise a neighbourhood has the same gamma and beta in every label map. An edit adds few
neighbourhoods, so only these are computed: neighbourhoods keep their numbers, which are the rows of
the kept tables, and new ones get the numbers that follow.
"""

import threading
from contextlib import contextmanager

import tensorflow as tf

from oasis_tf.layers.accelerated.neighbourhoods import (
    STAGES,
    Neighbourhoods,
    convolve,
    find_neighbourhoods,
)

_tracing = threading.local()


class KeptTables:
    """The tables of one call of a generator.

    Args:
        known: dict of lists of tensors, `kept` of the call before with the same noise, or
            `no_tables`. By the path of a SPADE's gamma: its scale and shift, float (m, c). By the
            height of a resolution: `Neighbourhoods.codes`.
    Attributes:
        kept: as `known`, with what this call added.
    """

    def __init__(self, known):
        self.kept = dict(known)

    def find(self, label_map, noise, **settings):
        """`EditedNeighbourhoods` of a label map int (1, h, w); see `find_neighbourhoods`."""
        size = str(label_map.shape[1])
        found = find_neighbourhoods(label_map, noise, known=self.kept[size], **settings)
        self.kept[size] = list(found.codes)
        return EditedNeighbourhoods(found, self)


class EditedNeighbourhoods:
    """`Neighbourhoods` of a label map, of which some have tables already.

    Args:
        found: `Neighbourhoods`, known ones first.
        tables: `KeptTables`.
    """

    def __init__(self, found: Neighbourhoods, tables: KeptTables):
        self._found = found
        self._tables = tables

    def unless_few(self, labels):
        """See `Neighbourhoods`."""
        return self._found.unless_few(labels)

    def modulate(self, normalized, shared, gamma, beta, *, otherwise):
        """See `Neighbourhoods`."""
        scale, shift = self._tables.kept[gamma.path]

        def by_neighbourhood():
            new_scale, new_shift = self._compute(tf.shape(scale)[0], shared, gamma, beta)
            all_scale = tf.concat((scale, new_scale), axis=0)
            all_shift = tf.concat((shift, new_shift), axis=0)
            pixels = self._found.pixels
            image = normalized * tf.gather(all_scale, pixels) + tf.gather(all_shift, pixels)
            return image, all_scale, all_shift

        def dense():
            return otherwise(), scale[:0], shift[:0]

        image, *self._tables.kept[gamma.path] = tf.cond(
            self._found.are_few, by_neighbourhood, dense
        )
        return image

    def _compute(self, known, shared, gamma, beta):
        """Scale and shift of the 5x5 neighbourhoods from number `known` on."""
        outer = self._found.outer[known:]
        used, squares = tf.unique(tf.reshape(outer, (-1,)))  # 3x3 neighbourhoods; 0 is outside
        squares = tf.reshape(squares, (-1, 9))
        inside = used > 0
        inner = tf.gather(self._found.inner, tf.maximum(used - 1, 0))
        hidden = tf.nn.relu(convolve(self._found.symbols, shared.kernel, inner) + shared.bias)
        hidden = tf.where(inside[:, None], hidden, tf.zeros_like(hidden))
        scale = convolve(hidden, gamma.kernel, squares) + (1.0 + gamma.bias)
        return scale, convolve(hidden, beta.kernel, squares) + beta.bias


@contextmanager
def keeping(tables: KeptTables):
    """A context for the call of a generator, whose SPADEs take from `tables` and add to them."""
    _tracing.tables = tables
    try:
        yield
    finally:
        _tracing.tables = None


def no_tables(generator):
    """`KeptTables.kept` of a generator before its first call: without rows."""
    spades = [
        spade
        for block in generator.blocks
        for spade in (block.norm_0, block.norm_1, block.norm_s)
        if spade is not None
    ]
    tables = {
        spade.gamma.path: [tf.zeros((0, spade.gamma.filters), spade.compute_dtype)] * 2
        for spade in spades
    }
    sizes = {str(generator.image_size[0] // stride) for stride in generator.strides}
    return tables | {size: [tf.zeros((0,), tf.int64)] * STAGES for size in sizes}


def kept_tables() -> KeptTables | None:
    """The tables of the context, or None."""
    return getattr(_tracing, "tables", None)
