"""Coloured label maps, and sheets of images with headings and a legend."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from oasis_tf.io import file_mark
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.regular_file import require_regular

BACKGROUND = (255, 255, 255)
INK = (38, 42, 48)
FAINT_INK = (122, 128, 136)
OUTLINE = (208, 212, 216)
MARGIN = 20
GAP = 8
HEADING_SIZE = 15
TITLE_SIZE = 19
LEGEND_SIZE = 13
SMALLEST_CELL = 160


@dataclass(frozen=True)
class Column:
    """One column of a sheet: a heading over images that all have one size.

    Args:
        heading: str.
        images: uint8 (rows, h, w, 3).
        crisp: bool, keep hard edges when enlarging, as label maps need.
        captions: sequence of str, drawn under the images; or nothing.
    """

    heading: str
    images: np.ndarray
    crisp: bool = False
    captions: Sequence[str] = ()


def to_uint8(images):
    """Images in [-1, 1] of any shape as uint8, rounded and clipped."""
    return np.uint8(np.clip(np.round((np.asarray(images, np.float64) + 1) * 127.5), 0, 255))


def colorize(label_map, palette):
    """int (..., h, w) through a palette uint8 (num_classes, 3): uint8 (..., h, w, 3)."""
    return np.asarray(palette, np.uint8)[np.asarray(label_map)]


def legend_of(label_map, *, class_names, palette, at_most=24):
    """The classes in a label map, most frequent first: a list of (name, colour)."""
    counts = np.bincount(np.ravel(label_map), minlength=len(class_names))
    ordered = np.argsort(-counts, kind="stable")[: min(at_most, np.count_nonzero(counts))]
    return [(class_names[c], tuple(int(v) for v in palette[c])) for c in ordered]


def sheet(columns, *, title="", legend=()):
    """Columns of images side by side, under headings, over a legend.

    Args:
        columns: list of `Column`, all with the same number of rows and one image size.
        title: str, drawn on top.
        legend: list of (name, colour), see `legend_of`.
    Returns: uint8 (height, width, 3).
    """
    has_captions = any(column.captions for column in columns)
    strips = [_strip(column, has_captions=has_captions) for column in columns]
    title_font = ImageFont.load_default(TITLE_SIZE)
    content_width = max(
        sum(strip.width for strip in strips) + GAP * (len(strips) - 1),
        int(title_font.getlength(title)),
    )
    legend_rows = _wrap(legend, content_width)
    strips_top = MARGIN + (2 * TITLE_SIZE if title else 0)
    legend_top = strips_top + strips[0].height + GAP
    legend_height = len(legend_rows) * 2 * LEGEND_SIZE
    canvas = Image.new(
        "RGB", (content_width + 2 * MARGIN, legend_top + legend_height + GAP), BACKGROUND
    )
    draw = ImageDraw.Draw(canvas)
    draw.text((MARGIN, MARGIN - 2), title, INK, font=title_font)
    left = MARGIN
    for strip in strips:
        canvas.paste(strip, (left, strips_top))
        left += strip.width + GAP
    _draw_legend(draw, legend_rows, top=legend_top)
    return np.asarray(canvas)


def save_png(image, path, *, comment=None):
    """Writes uint8 (h, w, 3) as PNG with this program's mark, atomically.

    Args:
        comment: str to store beside the pixels, or None; see `comment_of`.
    """
    info = PngInfo()
    info.add_text(file_mark.PNG_KEY, file_mark.SOFTWARE)
    if comment is not None:
        info.add_text("Comment", comment)
    with whole_file(path) as temporary:
        Image.fromarray(np.asarray(image, np.uint8)).save(temporary, format="PNG", pnginfo=info)


def save_jpeg(image, path, *, quality, comment=None):
    """Writes uint8 (h, w, 3) as JPEG with full colour resolution, atomically.

    Args:
        quality: int, 1 to 100.
        comment: see `save_png`; None for this program's mark alone.
    """
    comment = file_mark.marked_comment({}) if comment is None else comment
    encoded = io.BytesIO()  # Pillow's errors of writing JPEGs lack the reason
    Image.fromarray(np.asarray(image, np.uint8)).save(
        encoded, format="JPEG", quality=quality, subsampling="4:4:4", comment=comment
    )
    with whole_file(path) as temporary:
        temporary.write_bytes(encoded.getbuffer())


def comment_of(path):
    """What `save_png` or `save_jpeg` stored beside the pixels: str, or None if there is nothing.

    Only the file's header is read.
    """
    try:
        require_regular(path)
        with Image.open(path) as image:
            comment = image.info.get("Comment", image.info.get("comment"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else comment


def enlarged(image, *, crisp=False):
    """uint8 (h, w, 3), so many whole times larger that no side is below `SMALLEST_CELL`.

    Args:
        crisp: bool, keep hard edges, as label maps need.
    """
    height, width = image.shape[:2]
    scale = _scale(height, width)
    resample = Image.Resampling.NEAREST if crisp else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(image).resize((width * scale, height * scale), resample))


def _scale(height, width):
    return -(-SMALLEST_CELL // min(height, width))


def _strip(column, *, has_captions):
    """One column as a picture: heading, then the images, with captions."""
    height, width = column.images.shape[1:3]
    scale = _scale(height, width)
    cell_width, cell_height = width * scale, height * scale
    row_height = cell_height + GAP + (LEGEND_SIZE + GAP if has_captions else 0)
    top = HEADING_SIZE + GAP
    size = (cell_width, top + row_height * len(column.images))
    strip = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(strip)
    font, caption_font = (ImageFont.load_default(size) for size in (HEADING_SIZE, LEGEND_SIZE))
    heading = _shorten(column.heading, font, cell_width)
    draw.text((cell_width / 2, 0), heading, INK, font=font, anchor="ma")
    for row, image in enumerate(column.images):
        cell = Image.fromarray(enlarged(image, crisp=column.crisp))
        strip.paste(cell, (0, top + row * row_height))
    for row, caption in enumerate(column.captions):
        text = _shorten(caption, caption_font, cell_width)
        draw.text((0, top + row * row_height + cell_height + 4), text, FAINT_INK, font=caption_font)
    return strip


def _shorten(text, font, width):
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _entry_width(name):
    return 2 * LEGEND_SIZE + int(ImageFont.load_default(LEGEND_SIZE).getlength(name)) + GAP


def _wrap(legend, width):
    """Rows of legend entries that fit `width`."""
    rows, room = [], 0
    for name, color in legend:
        if not rows or room < _entry_width(name):
            rows.append([])
            room = width
        rows[-1].append((name, color))
        room -= _entry_width(name)
    return rows


def _draw_legend(draw, rows, *, top):
    font = ImageFont.load_default(LEGEND_SIZE)
    for row in rows:
        left = MARGIN
        for name, color in row:
            swatch = (left, top, left + LEGEND_SIZE, top + LEGEND_SIZE)
            draw.rounded_rectangle(swatch, radius=3, fill=color, outline=OUTLINE)
            middle = top + LEGEND_SIZE / 2
            draw.text((left + LEGEND_SIZE + 6, middle), name, INK, font=font, anchor="lm")
            left += _entry_width(name)
        top += 2 * LEGEND_SIZE
