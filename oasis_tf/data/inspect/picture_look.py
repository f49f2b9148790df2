"""What a picture is, by a look at its header and pixels: a photograph or a label map."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oasis_tf.data.errors import DataError
from oasis_tf.data.picture_file import opened_picture

FLAT = 0.5  # of neighbouring pixels are equal in label maps; of photographs, fewer
MOST_COLORS = 256
SIDE = 1024  # at most so many rows and columns are looked at, from the middle
GREY_MODES = ("L", "P", "1", "LA", "I", "I;16")
IDS, COLORS, OTHER = "ids", "colours", "other"


@dataclass(frozen=True)
class Look:
    """What a look found.

    Attributes:
        size: (height, width).
        is_flat: bool, whether most pixels equal their right neighbour.
        values: "ids" for grey or palette PNGs, "colours" for RGB PNGs of few colours, else "other".
        is_readable: bool, whether label maps of this mode are read; not with 1 or 16 bits of grey.
    """

    size: tuple[int, int]
    is_flat: bool
    values: str
    is_readable: bool

    @property
    def is_label_map(self) -> bool:
        return self.is_flat and self.values != OTHER


def look_at(path: Path) -> Look | None:
    """Decodes the middle of a picture; None if it cannot be read."""
    try:
        with opened_picture(path, kind="picture") as image:
            mode = image.mode
            raw_mode = str(image.tile[0][3]) if image.format == "PNG" and image.tile else mode
            width, height = image.size
            left, top = max(0, (width - SIDE) // 2), max(0, (height - SIDE) // 2)
            pixels = np.asarray(image.crop((left, top, width - left, height - top)))
            is_png = image.format == "PNG"
    except DataError:
        return None
    pixels = pixels.reshape(*pixels.shape[:2], -1).astype(np.int64)
    is_flat = bool((pixels[:, 1:] == pixels[:, :-1]).all(axis=-1).mean() >= FLAT) or width < 2
    values = OTHER
    if is_png and mode in GREY_MODES:
        values = IDS
    elif is_png and mode in ("RGB", "RGBA"):
        packed = pixels[..., :3] @ (65536, 256, 1)
        values = COLORS if len(np.unique(packed)) <= MOST_COLORS else OTHER
    is_readable = raw_mode == "L" if mode == "L" else mode in ("P", "RGB", "RGBA")
    return Look((height, width), is_flat, values, is_readable)


def is_png(name: str) -> bool:
    """Whether a file is a PNG by its name."""
    return os.path.splitext(name)[1].lower() == ".png"
