"""Tables of gamma and beta that are kept from one label map to the next, for maps that are edited.

With equal noise a neighbourhood has the same gamma and beta in every label map. An edit adds few
neighbourhoods, so only these are computed: the map before and the new one are numbered together,
as one image. The map before comes first, so its neighbourhoods keep their numbers, which are the
rows of the kept tables; those that follow are new.
"""

import threading
from contextlib import contextmanager

import tensorflow as tf

from oasis_tf.layers.accelerated.neighbourhoods import Neighbourhoods, convolve, find_neighbourhoods

_tracing = threading.local()


class KeptTables:
    """The tables of one call of a generator.

    Args:
        label_map: int (1, h, w), the label map of the call before. At the first call, any.
        known: scale and shift, float (m, c), of each SPADE by the path of its gamma, as a call
            with this label map and the same noise kept them; 0 rows where none is known.
    Attributes:
        kept: as `known`, the tables of this call.
    """

    def __init__(self, label_map, known):
        self.kept = dict(known)
        self._label_map = label_map

    def find(self, label_map, noise, **settings):
        """`EditedNeighbourhoods` of a label map int (1, h, w); see `find_neighbourhoods`."""
        stride = self._label_map.shape[1] // label_map.shape[1]
        before = tf.cast(self._label_map[:, ::stride, ::stride], label_map.dtype)
        both = tf.concat((before, label_map), axis=0)
        return EditedNeighbourhoods(
            find_neighbourhoods(both, noise, one_image=True, **settings), self
        )


class EditedNeighbourhoods:
    """`Neighbourhoods` of a label map, of which some have tables already.

    Args:
        found: `Neighbourhoods` of the label map before and of the new one, as one image.
        tables: `KeptTables`.
    """

    def __init__(self, found: Neighbourhoods, tables: KeptTables):
        self._found = found
        self._tables = tables
        pixels = found.pixels[1:]
        self._rows, numbers = tf.unique(tf.reshape(pixels, (-1,)))
        self._pixels = tf.reshape(numbers, tf.shape(pixels))

    def unless_few(self, labels):
        """See `Neighbourhoods`."""
        return self._found.unless_few(labels)

    def modulate(self, normalized, shared, gamma, beta, *, otherwise):
        """See `Neighbourhoods`."""
        scale, shift = self._tables.kept[gamma.path]

        def by_neighbourhood():
            new_scale, new_shift = self._compute(tf.shape(scale)[0], shared, gamma, beta)
            all_scale = tf.gather(tf.concat((scale, new_scale), axis=0), self._rows)
            all_shift = tf.gather(tf.concat((shift, new_shift), axis=0), self._rows)
            image = normalized * tf.gather(all_scale, self._pixels)
            return image + tf.gather(all_shift, self._pixels), all_scale, all_shift

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
    """Tables without rows of all SPADEs of a generator, see `KeptTables`."""
    parts = ("norm_0", "norm_1", "norm_s")
    spades = [getattr(block, part) for block in generator.blocks for part in parts]
    return {
        spade.gamma.path: [tf.zeros((0, spade.gamma.filters), spade.compute_dtype)] * 2
        for spade in spades
        if spade is not None
    }


def kept_tables() -> KeptTables | None:
    """The tables of the context, or None."""
    return getattr(_tracing, "tables", None)
