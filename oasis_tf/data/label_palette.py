"""Recognizes palette PNGs whose order, and so whose ids, an editor has changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.data.label_code import INVALID

NO_COLOR, NO_CLASS, BLACK, GREY_STEP = -1, -2, 0, 0x010101  # as `packed` colours


@dataclass(frozen=True)
class Reading:
    """The classes of the indices of one palette PNG.

    Attributes:
        table: int32 (256,), the class of each index, or `INVALID`.
        contradiction: int32 (), a used index whose colour and whose id are of different classes; -1
            if there is none.
        is_refused: bool (), whether there is one, and the colours are not each of one class.
    """

    table: tf.Tensor
    contradiction: tf.Tensor
    is_refused: tf.Tensor


class LabelPalette:
    """Reads palette PNGs by index, or by colour if their palette is in another order.

    Editors and optimizers sort palettes and drop unused colours: the PNG looks the same and has
    other indices. The sign of this is a used index with the colour of one class and the id of
    another. Colours that are not in the run's palette are ignored, since label maps may have any
    palette. So are black, with which many palettes begin, and a ramp of greys. Void's colour counts
    only if the label maps have an id for void.

    Args:
        palette: uint8 (num_classes, 3), of the run.
        table: int32 (256,), the class of each id, or `INVALID`.
        class_names: names of the classes in errors, void first.
    """

    def __init__(self, palette: np.ndarray, table: np.ndarray, class_names: Sequence[str]):
        self.class_names = class_names
        self.colors = packed(np.asarray(palette, np.int32))
        self.table = np.asarray(table, np.int32)
        if not np.any(self.table == 0):
            self.colors[0] = NO_CLASS
        self._of_index = np.where(table == INVALID, NO_COLOR, self.colors[np.maximum(table, 0)])

    def has_contradictions(self, colors: tf.Tensor) -> tf.Tensor:
        """Bool (): whether colour and id of any index, used or not, are of different classes."""
        return tf.reduce_any(self._contradicts(colors))

    def read(self, colors: tf.Tensor, raw: tf.Tensor) -> Reading:
        """The classes of one PNG's indices.

        Args:
            colors: int32 (256,), see `colors_of`.
            raw: uint8 (h, w), its indices.
        """
        counts = tf.math.bincount(tf.cast(tf.reshape(raw, (-1,)), tf.int32), minlength=256)
        is_used = counts > 0
        wrong = self._contradicts(colors) & is_used
        is_contradicted = tf.reduce_any(wrong)
        matches = tf.cast(colors[:, None] == self.colors[None], tf.int32)  # (256, num_classes)
        of_one_class = tf.reduce_sum(matches, axis=1) == 1
        is_refused = is_contradicted & ~tf.reduce_all(of_one_class | ~is_used)
        by_color = tf.where(of_one_class, tf.argmax(matches, axis=1, output_type=tf.int32), INVALID)
        first = tf.argmax(tf.cast(wrong, tf.int32), output_type=tf.int32)
        return Reading(
            table=tf.where(is_contradicted, by_color, self.table),
            contradiction=tf.where(is_contradicted, first, -1),
            is_refused=is_refused,
        )

    def complaint(self, colors: np.ndarray, index: int) -> str:
        """The sentence about a PNG that is refused because of `index`."""
        color = int(colors[index])
        of_color = int(np.argmax(self.colors == color))
        own = int(self.table[index])
        ids = " or ".join(map(str, np.flatnonzero(self.table == of_color)))
        means = "no class"
        if own != INVALID:
            means = f"{self.class_names[own]}, {unpacked(int(self.colors[own]))}"
        return (
            f"the palette contradicts the run's: index {index} has the colour {unpacked(color)} of "
            f"{self.class_names[of_color]}, whose id is {ids or 'none'}, but as an id it is "
            f"{means}. An editor may have changed the palette's order, and not every colour in it "
            "is that of one class. Restore its palette, save the ids as a grey PNG, or correct "
            "data.palette."
        )

    def _contradicts(self, colors):
        is_known = tf.reduce_any(colors[:, None] == self.colors[None], axis=1)
        is_distinctive = (colors != NO_COLOR) & (colors != BLACK) & ~_is_grey_ramp(colors)
        return is_known & is_distinctive & (colors != self._of_index)


def colors_of(palette: tf.Tensor) -> tf.Tensor:
    """The colours of a PNG's chunk PLTE as one number each.

    Args:
        palette: string (), its bytes: red, green, blue, red, ...
    Returns: int32 (256,), `NO_COLOR` for missing entries.
    """
    count = tf.minimum(tf.strings.length(palette) // 3, 256)
    channels = tf.io.decode_raw(tf.strings.substr(palette, 0, 3 * count), tf.uint8)
    colors = packed(tf.reshape(tf.cast(channels, tf.int32), (-1, 3)))
    padded = tf.pad(colors, [[0, 256 - count]], constant_values=NO_COLOR)
    return tf.ensure_shape(padded, (256,))


def packed(rgb):
    """Int32 (..., 3) of 0..255 as one number each, 0xRRGGBB: int32 (...)."""
    return rgb[..., 0] * 0x10000 + rgb[..., 1] * 0x100 + rgb[..., 2]


def unpacked(color: int) -> list[int]:
    """[red, green, blue] of a number 0xRRGGBB."""
    return [color >> 16, color >> 8 & 255, color & 255]


def _is_grey_ramp(colors):
    """Bool (): black, then lighter and lighter greys, a common default palette."""
    is_there = colors != NO_COLOR
    is_grey = tf.reduce_all((colors % GREY_STEP == 0) | ~is_there)
    rises = tf.reduce_all((colors[1:] > colors[:-1]) | ~is_there[1:])
    return is_grey & rises & (colors[0] == BLACK)
