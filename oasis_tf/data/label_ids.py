"""Label PNGs that hold ids."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.label_code import (
    GREY,
    INVALID,
    PALETTE,
    PNG_BIT_DEPTH,
    PNG_COLOR_TYPE,
    LabelCode,
)
from oasis_tf.data.label_palette import NO_COLOR, LabelPalette, colors_of
from oasis_tf.data.png_chunks import find_chunk
from oasis_tf.data.source import checked_names

# XOR with this turns the header of a palette PNG into that of a grey one: color type, compression,
# filter, interlacing, CRC-32.
AS_GREY = bytes([3, 0, 0, 0]) + (
    zlib.crc32(bytes(13) + bytes([3, 0, 0, 0])) ^ zlib.crc32(bytes(17))
).to_bytes(4, "big")
STRETCH = np.array([1, 255, 85, 1, 17, 1, 1, 1, 1], np.uint8)  # factor for grey, by bits a pixel
SINGLE_BYTES = [bytes([value]) for value in range(256)]


def id_table(
    *, num_classes: int, void_id: int | None = None, id_map: Mapping[int, int] | None = None
) -> np.ndarray:
    """The class id of each of the 256 raw ids an 8-bit label map can hold.

    With `id_map` only its keys and `void_id` are allowed. Without it the raw ids in increasing
    order, `void_id` skipped, become 1, 2, ... `num_classes` - 1: with `void_id=0` ids stay the
    same, with `void_id=None` every id goes up by one.

    Args:
        num_classes: int in [2, 256], counts void.
        void_id: raw id of void, or None if the label maps have no void.
        id_map: raw id to class id in [0, num_classes), or None.
    Returns: int32 (256,), `INVALID` for raw ids that are not allowed.
    Raises: DataError for numbers out of range.
    """
    if not 2 <= num_classes <= 256:
        raise DataError(f"num_classes is {num_classes}; it must lie in 2..256 and counts void.")
    if void_id is not None and not 0 <= void_id <= 255:
        raise DataError(f"void_id is {void_id}; an 8-bit label map holds ids 0..255 only.")
    table = np.full(256, INVALID, np.int32)
    if id_map is None:
        raw_ids = [raw for raw in range(256) if raw != void_id][: num_classes - 1]
        id_map = {raw: class_id for class_id, raw in enumerate(raw_ids, start=1)}
    for raw, class_id in id_map.items():
        if not (0 <= raw <= 255 and 0 <= class_id < num_classes):
            raise DataError(
                f"id_map has {raw}: {class_id}; raw ids must lie in 0..255 and class ids in "
                f"0..{num_classes - 1} (num_classes={num_classes} counts void)."
            )
        table[raw] = class_id
    if void_id is not None:
        table[void_id] = 0
    return table


def shift_of(table: np.ndarray, *, num_classes: int) -> int | None:
    """The number which, added to every raw id modulo 256, gives the same as a table.

    Returns: int in [0, 256) such that sums below `num_classes` are class ids and the others
        `INVALID`; None if there is no such number.
    """
    shift = -int(np.argmax(table == 0)) % 256
    sums = (np.arange(256) + shift) % 256
    return shift if np.array_equal(table, np.where(sums < num_classes, sums, INVALID)) else None


class LabelIds(LabelCode):
    """8-bit grey PNGs whose values, or palette PNGs whose indices, are ids.

    Args:
        num_classes, void_id, id_map: see `id_table`.
        palette: uint8 (num_classes, 3), by which palette PNGs in another order are recognized, see
            `LabelPalette`; None if indices are always ids.
        class_names: names of the classes in errors, void first; default "class 1" and so on.
    """

    form = "8-bit grey PNG, or palette PNG, of ids"
    kind = "id"

    def __init__(
        self,
        *,
        num_classes: int,
        void_id: int | None = None,
        id_map: Mapping[int, int] | None = None,
        palette: np.ndarray | None = None,
        class_names: Sequence[str] | None = None,
    ):
        self.num_classes = num_classes
        self.table = id_table(num_classes=num_classes, void_id=void_id, id_map=id_map)
        names = checked_names(class_names, num_classes=num_classes)
        self.palette = None if palette is None else LabelPalette(palette, self.table, names)
        self._shift = shift_of(self.table, num_classes=num_classes)

    def decode(self, contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `LabelCode.decode`."""
        is_palette = tf.strings.substr(contents, PNG_COLOR_TYPE, 1) == PALETTE
        raw = tf.cond(
            is_palette,
            lambda: palette_indices(contents),  # TensorFlow would turn them into colours
            lambda: tf.io.decode_png(contents, channels=1)[..., 0],
        )
        by_index = self._by_index(raw)
        if self.palette is None:
            return by_index
        colors = tf.cond(
            is_palette,
            lambda: colors_of(find_chunk(contents, b"PLTE")),
            lambda: tf.fill((256,), NO_COLOR),
        )
        return tf.cond(
            self.palette.has_contradictions(colors),
            lambda: self._by_color(colors, raw),
            lambda: by_index,
        )

    def _by_index(self, raw):
        if self._shift is None:
            label_map = tf.gather(self.table, tf.cast(raw, tf.int32))
            return tf.cast(label_map, tf.uint8), tf.reduce_min(label_map) != INVALID
        label_map = raw + tf.constant(self._shift, tf.uint8)  # ten times faster
        return label_map, tf.cast(tf.reduce_max(label_map), tf.int32) < self.num_classes

    def _by_color(self, colors, raw):
        """As `decode`, for a palette PNG whose order may have been changed."""
        reading = self.palette.read(colors, raw)
        label_map = tf.gather(reading.table, tf.cast(raw, tf.int32))
        valid = (tf.reduce_min(label_map) != INVALID) & ~reading.is_refused
        return tf.cast(label_map, tf.uint8), valid

    def meaning(self) -> str:
        """See `LabelCode.meaning`."""
        return "ids " + hashlib.sha256(self.table.tobytes()).hexdigest()

    def save(self, label_map: np.ndarray, path: Path | str, *, palette: np.ndarray) -> None:
        """See `LabelCode.save`: ids in a palette PNG; of several ids of a class, the lowest."""
        raw_ids = np.zeros(self.num_classes, np.uint8)
        allowed = np.flatnonzero(self.table != INVALID)[::-1]
        raw_ids[self.table[allowed]] = allowed
        image = Image.fromarray(raw_ids[label_map]).convert("P")
        image.putpalette(palette[np.maximum(self.table, 0)].tobytes())
        image.save(path, format="PNG")

    def class_ids(self) -> list[int]:
        """See `LabelCode.class_ids`."""
        return np.unique(self.table[self.table != INVALID]).tolist()

    def values(self) -> list[list[int]]:
        """See `LabelCode.values`."""
        return [np.flatnonzero(self.table == c).tolist() for c in range(self.num_classes)]

    def class_of_id(self) -> dict[int, int]:
        """Class ids by the ids that label maps hold."""
        return {value: class_id for class_id, ids in enumerate(self.values()) for value in ids}

    def _check_mode(self, image: Image.Image, *, path: Path | str) -> None:
        if image.mode not in ("L", "P"):
            raise DataError(
                f"{path}: a label map must be an 8-bit PNG with one class id per pixel (Pillow "
                f"mode L or P), this one has mode {image.mode}. For label maps in colours set "
                "data.label_colors."
            )
        if image.mode == "L" and (raw_mode := image.tile[0][3]) != "L":  # "L;2" or "L;4"
            raise DataError(
                f"{path}: a grey label map must have 8 bits a pixel; this one has {raw_mode[2:]}, "
                "which decoders stretch to 0..255. Save it again with 8 bits."
            )

    def _accepts(self, color_type: tf.Tensor, bit_depth: tf.Tensor) -> tf.Tensor:
        return (color_type == PALETTE) | (color_type == GREY) & (bit_depth == b"\x08")

    def _translate(self, image: Image.Image, *, path: Path | str) -> np.ndarray:
        raw = np.array(image, np.uint8)
        label_map = self._table_of(image, raw, path=path)[raw]
        if np.any(label_map == INVALID):
            wrong = np.unique(raw[label_map == INVALID])
            allowed = np.flatnonzero(self.table != INVALID)
            raise FileProblem(
                f"{path}: the label map holds the id{'s' if len(wrong) > 1 else ''} "
                f"{id_ranges(wrong)}, outside the allowed ids {id_ranges(allowed)}. "
                "Check data.classes (or num_classes and id_map) and data.void_id.",
                path=Path(path),
                kind="out of range",
            )
        return label_map

    def _table_of(self, image: Image.Image, raw: np.ndarray, *, path: Path | str) -> np.ndarray:
        """The class of each value or index of one PNG: int32 (256,)."""
        if self.palette is None or image.mode != "P":
            return self.table
        colors = colors_of(tf.constant(bytes(image.getpalette("RGB") or ())))
        reading = self.palette.read(colors, raw)
        if reading.is_refused:
            complaint = self.palette.complaint(colors.numpy(), int(reading.contradiction))
            raise FileProblem(f"{path}: {complaint}", path=Path(path), kind="out of range")
        return reading.table.numpy()


def palette_indices(contents: tf.Tensor) -> tf.Tensor:
    """Reads the indices of a palette PNG, uint8 (h, w). TensorFlow's decoder gives its colours.

    With the header of a grey PNG the file decodes to its indices, stretched to 0..255 if it has
    fewer than 8 bits a pixel. CRC-32 is linear over XOR, so the change of the header flips the same
    bits of every header's checksum. TensorFlow logs a warning that it ignores the palette.
    Only TensorFlow ops, since exported models decode label maps too.
    """
    header = tf.io.decode_raw(tf.strings.substr(contents, PNG_COLOR_TYPE, len(AS_GREY)), tf.uint8)
    header = tf.cast(tf.bitwise.bitwise_xor(header, tuple(AS_GREY)), tf.int32)
    before = tf.strings.substr(contents, 0, PNG_COLOR_TYPE)
    behind = tf.strings.substr(contents, PNG_COLOR_TYPE + len(AS_GREY), -1)
    renamed = tf.strings.reduce_join(tf.gather(SINGLE_BYTES, header))
    stretched = tf.io.decode_png(tf.strings.join([before, renamed, behind]), channels=1)[..., 0]
    bit_depth = tf.io.decode_raw(tf.strings.substr(contents, PNG_BIT_DEPTH, 1), tf.uint8)[0]
    return stretched // tf.gather(STRETCH, tf.cast(bit_depth, tf.int32))


def id_ranges(ids: Sequence[int]) -> str:
    """Sorted ids as text: [0, 1, 2, 7] -> "0..2, 7"."""
    runs = np.split(np.asarray(ids), np.flatnonzero(np.diff(ids) > 1) + 1)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)
