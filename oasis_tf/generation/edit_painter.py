"""Paints a label map that is edited, and computes anew only what the edit changes in SPADE."""

import tensorflow as tf

from oasis_tf.layers.accelerated.kept_tables import KeptTables, keeping, no_tables
from oasis_tf.models.modulated_generator import ModulatedGenerator


def keeps_tables(generator) -> bool:
    """Whether a generator computes gamma and beta by the neighbourhoods of label maps, here."""
    if not isinstance(generator, ModulatedGenerator) or tf.config.list_logical_devices("GPU"):
        return False
    return generator.takes_ids and generator.modulation != "dense"


class EditPainter:
    """A generator for one label map after the other, each an edit of the one before.

    It keeps gamma and beta of all neighbourhoods of the last label map (about 80 MB for ADE20K's
    network) and computes those of new ones. Images equal those of the generator up to rounding.

    Args:
        generator: a generator of `keeps_tables`, folded.

    ```python
    paint = EditPainter(fold(generator))
    image = paint(label_map, z)
    ```
    """

    def __init__(self, generator: ModulatedGenerator):
        self._generator = generator
        self._none = no_tables(generator)
        self._before = None
        label_map = tf.TensorSpec((1, *generator.image_size), tf.int32)
        tables = tf.nest.map_structure(
            lambda table: tf.TensorSpec((None, table.shape[1]), table.dtype), self._none
        )
        signature = [label_map, label_map, tables]
        if generator.z_dim:
            signature.append(tf.TensorSpec((1, generator.z_dim), tf.float32))
        self._call = tf.function(self._paint, input_signature=signature, autograph=False)

    def __call__(self, label_map, z=None):
        """Generates the photograph of a label map.

        Args:
            label_map: int32 (1, h, w), class ids.
            z: float32 (1, z_dim); None for a generator without noise.
        Returns: float32 (1, h, w, 3) in [-1, 1].
        """
        before, tables = label_map, self._none
        if self._before is not None and (z is None or bool(tf.reduce_all(z == self._before[1]))):
            before, _, tables = self._before
        noise = () if z is None else (z,)
        image, tables = self._call(label_map, before, tables, *noise)
        self._before = label_map, z, tables
        return image

    def _paint(self, label_map, before, known, z=None):
        tables = KeptTables(before, known)
        with keeping(tables):
            image = self._generator(label_map, z)
        return image, tables.kept
