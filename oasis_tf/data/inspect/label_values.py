"""Reads label maps: which ids or colours they hold, how often, and how large they are."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from oasis_tf.data.dataset_info import Color
from oasis_tf.data.errors import DataError
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.inspect.picture_look import GREY_MODES
from oasis_tf.data.picture_file import opened_picture
from oasis_tf.io.terminal import counted

MOST_LABEL_MAPS = 5_000
MOST_SECONDS = 60
MOST_VALUES = 4096  # different colours; label maps that were smoothed have more


@dataclass
class LabelValues:
    """What the label maps of a folder hold.

    Attributes:
        pixels: id, or RGB colour, to its number of pixels.
        num_read, num_all: int, label maps that were read, and that there are.
        palette: id to the colour that palette PNGs give it; empty for grey and RGB PNGs.
        sizes: (height, width) to number of label maps.
        problems: sentences about files that cannot be used.
    """

    pixels: Counter = field(default_factory=Counter)
    num_read: int = 0
    num_all: int = 0
    palette: dict[int, Color] = field(default_factory=dict)
    sizes: Counter = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def holds_colors(self) -> bool:
        return any(isinstance(value, tuple) for value in self.pixels)

    @property
    def is_complete(self) -> bool:
        return self.num_read + len(self.problems) >= self.num_all

    @property
    def middle_size(self) -> tuple[int, int]:
        """The medians of heights and of widths."""
        sides = zip(*self.sizes.elements(), strict=True)
        return tuple(int(statistics.median_low(of_side)) for of_side in sides)

    def share(self, value: int | Color) -> float:
        """The fraction of all pixels that read label maps give a value."""
        return self.pixels[value] / max(1, self.pixels.total())


@dataclass(frozen=True)
class _OneMap:
    size: tuple[int, int]
    ids: dict[int, int] | None  # value to pixels; None for RGB PNGs
    colors: dict[Color, int] | None  # None for grey PNGs
    palette: dict[int, Color]


def read_label_values(
    pairs: Sequence[tuple[Path, Path]],
    *,
    track: Callable[..., Iterable] = lambda items, **_: items,
    most: int = MOST_LABEL_MAPS,
    most_seconds: float = MOST_SECONDS,
) -> LabelValues:
    """Reads label maps in a random order that is always the same, until a limit is reached.

    Args:
        pairs: (image, label map) paths.
        track: function(items, description=, total=) -> items, which shows progress.
    Raises: DataError if no label map can be read, or some are grey and others hold colours.
    """
    chosen = Random(0).sample(list(pairs), min(most, len(pairs)))
    values, maps, end = LabelValues(num_all=len(pairs)), [], time.monotonic() + most_seconds
    with closing(in_threads(_read, chosen)) as read:
        description = f"Reading {len(chosen):,} of {counted(len(pairs), 'label map')}"
        for found in track(read, description=description, total=len(chosen)):
            if isinstance(found, str):
                values.problems.append(found)
            else:
                maps.append(found)
            if time.monotonic() > end:
                break
    if not maps:
        raise DataError(f"No label map can be read. The first: {values.problems[0]}")
    _add_up(values, maps)
    return values


def _add_up(values: LabelValues, maps: list[_OneMap]) -> None:
    values.num_read = len(maps)
    values.sizes.update(found.size for found in maps)
    by_color = [found for found in maps if found.ids is None]
    if by_color and any(found.colors is None for found in maps):
        raise DataError(
            f"Of {len(maps):,} label maps {len(by_color):,} are in colours and the others grey; "
            "save all with ids, or all in colours."
        )
    palette, agree = {}, True
    for found in maps:
        for id_, color in found.palette.items():
            agree &= palette.setdefault(id_, color) == color
    in_color = all(found.colors is not None for found in maps)
    use_colors = in_color and (by_color or not agree)  # an editor has sorted each palette by itself
    if not use_colors:
        values.palette = palette
    for found in maps:
        values.pixels.update(found.colors if use_colors else found.ids)


def _read(pair: tuple[Path, Path]) -> _OneMap | str:
    """One label map, or a sentence about what is wrong with the pair."""
    image_path, path = pair
    try:
        with opened_picture(image_path, kind="image") as image:
            image_size = image.size[::-1]
        with opened_picture(path, kind="label map") as image:
            size, palette = image.size[::-1], {}
            if size not in (image_size, image_size[::-1]):  # the latter: rotated by EXIF
                return (
                    f"{path}: the label map is {size[0]}x{size[1]} pixels (height x width) and its "
                    f"image {image_size[0]}x{image_size[1]}; both must have the same size."
                )
            if image.mode == "P":
                table = np.frombuffer(bytes(image.getpalette("RGB") or ()), np.uint8).reshape(-1, 3)
                palette = {id_: tuple(color) for id_, color in enumerate(table.tolist())}
            is_grey = image.mode in GREY_MODES
            if is_grey and image.mode not in ("L", "P"):
                return (
                    f"{path}: the label map has 1 or 16 bits a pixel, or transparency (Pillow mode "
                    f"{image.mode}); save it again as 8-bit grey or palette PNG."
                )
            if image.format != "PNG":
                return f"{path}: a label map must be a PNG; this is {image.format}."
            pixels = np.asarray(image if is_grey else image.convert("RGB"))
    except DataError as error:
        return str(error)
    if is_grey:
        return _of_ids(pixels, palette, size=size)
    packed, counts = np.unique(pixels.astype(np.int64) @ (65536, 256, 1), return_counts=True)
    if len(packed) > MOST_VALUES:
        return f"{path}: the label map holds {len(packed):,} colours; it was smoothed, or a JPEG."
    colors = {
        (int(code) >> 16, int(code) >> 8 & 255, int(code) & 255): int(count)
        for code, count in zip(packed, counts, strict=True)
    }
    return _OneMap(size, None, colors, {})


def _of_ids(pixels, palette, *, size) -> _OneMap:
    """Of a grey label map (h, w), or one with a palette: dict of id to colour."""
    ids = np.bincount(np.asarray(pixels, np.uint8).ravel(), minlength=256)
    found = {int(id_): int(ids[id_]) for id_ in np.flatnonzero(ids)}
    used = {id_: palette[id_] for id_ in found if id_ in palette}
    colors = None
    if used:
        colors = Counter()
        for id_, color in used.items():
            colors[color] += found[id_]
    return _OneMap(size, found, colors, used)
