"""From the ids a label PNG holds to our class ids, where 0 is void."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from oasis_tf.data.source import DataError

INVALID = -1


def id_table(
    *, num_classes: int, void_id: int | None = None, id_map: Mapping[int, int] | None = None
) -> np.ndarray:
    """The class id of each of the 256 raw ids an 8-bit label map can hold.

    With `id_map` only its keys (and `void_id`) are allowed. Without it the raw ids in increasing
    order, skipping `void_id`, become 1, 2, ... `num_classes` - 1: with `void_id=0` every id stays
    what it is, with `void_id=None` every id goes up by one.

    Args:
        num_classes: int in [2, 256], counts void.
        void_id: raw id of void, or None where the label maps know no void.
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


def translate_labels(raw: np.ndarray, *, table: np.ndarray, path: Path | str) -> np.ndarray:
    """Turns raw ids into class ids.

    Args:
        raw: uint8 (h, w).
        table: int32 (256,) from `id_table`.
        path: the file, for the error.
    Returns: int32 (h, w) in [0, num_classes).
    Raises: DataError naming the file, the ids that are not allowed and those that are.
    """
    label_map = table[raw]
    if np.any(label_map == INVALID):
        wrong = np.unique(raw[label_map == INVALID])
        raise DataError(
            f"{path}: the label map holds the id{'s' if len(wrong) > 1 else ''} "
            f"{_ranges(wrong)}, outside the allowed ids {_ranges(np.flatnonzero(table >= 0))}. "
            "Check num_classes, void_id and id_map."
        )
    return label_map


def read_raw_labels(path: Path | str) -> np.ndarray:
    """The ids in a label PNG; of a palette PNG its indices, not its colours.

    Returns: uint8 (h, w).
    Raises: DataError naming the file where it is missing, broken or not 8-bit single-channel.
    """
    try:
        with Image.open(path) as image:
            check_label_mode(image, path=path)
            return np.array(image, np.uint8)
    except FileNotFoundError:
        raise DataError(f"{path}: no such label map.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: the label map cannot be decoded ({error}).") from error


def check_label_mode(image: Image.Image, *, path: Path | str) -> None:
    """Raises a DataError unless the opened `image` holds one 8-bit id per pixel."""
    if image.format != "PNG":
        raise DataError(
            f"{path}: a label map must be a PNG, which keeps ids exactly; this is {image.format}."
        )
    if image.mode not in ("L", "P"):
        raise DataError(
            f"{path}: a label map must be an 8-bit PNG with one class id per pixel (Pillow mode L "
            f"or P), this one has mode {image.mode}. Colours must be converted to ids first."
        )
    if image.mode == "L" and (raw_mode := image.tile[0][3]) != "L":  # "L;2" or "L;4"
        raise DataError(
            f"{path}: a grey label map must have 8 bits a pixel; this one has {raw_mode[2:]}, "
            "which decoders stretch to 0..255. Save it again with 8 bits."
        )


def read_label_map(
    path: Path | str,
    *,
    num_classes: int,
    void_id: int | None = None,
    id_map: Mapping[int, int] | None = None,
) -> np.ndarray:
    """Reads one label PNG and translates its ids as `id_table` says.

    Returns: int32 (h, w) in [0, num_classes), 0 = void.
    Raises: DataError naming the file and what is wrong with it.
    """
    table = id_table(num_classes=num_classes, void_id=void_id, id_map=id_map)
    return translate_labels(read_raw_labels(path), table=table, path=path)


def _ranges(ids: np.ndarray) -> str:
    """Sorted ids as text: [0, 1, 2, 7] -> "0..2, 7"."""
    runs = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)
