"""The mark in every file that this program writes.

PNG: a text chunk `Software`. JPEG and GIF: a comment. WebP: EXIF's `Software`. JSON: the key
`software`. HTML: `<meta name="generator">`. Markdown: a comment in the last line.

Files of earlier versions have no mark. Photographs and JSON files are recognized by their keys,
pages by their first lines, charts and sheets only by their appearance, see `may_be_sheet`.
"""

import json
from enum import Enum
from pathlib import Path

import numpy as np
from PIL import Image

from oasis_tf.io.json_file import JSONFileError, parse_json, read_json

SOFTWARE = "oasis_tf"
JSON_KEY = "software"
PNG_KEY = "Software"
EXIF_SOFTWARE = 0x0131
HTML_MARK = f'<meta name="generator" content="{SOFTWARE}"'
MARKDOWN_MARK = f"<!-- Made by {SOFTWARE} -->"
LONGEST_PAGE = 2**24  # bytes
LARGEST_JSON = 2**28  # bytes; results hold a number for every class and checkpoint
FRAME = 4  # pixels, of white around the sheets of earlier versions

EARLIER_JSON = (  # all of the keys that files of one kind have
    {"format", "evaluations"},  # evaluate
    {"format", "run", "step", "data", "metrics"},  # one evaluation
    {"attribute", "vector", "held_out_correlation", "generator"},  # explore direction
    {"label_map", "seeds", "generator", "diversity"},  # explore grid
    {"ok", "splits", "classes", "never_seen"},  # validate-data
    {"model", "z_dim", "classes", "config"},  # cards of exported files
)
EARLIER_COMMENT = {"generator", "step"}  # of a photograph
EARLIER_PAGES = {
    ".html": " · OASIS</title>",
    ".md": "Numbers are comparable only under one protocol",
}


class Origin(Enum):
    """Who wrote a file."""

    OWN = "this program"
    EARLIER = "this program, before files had marks"
    FOREIGN = "another program, or unknown"


def marked_json(document: dict) -> dict:
    """A JSON object with the mark as its first key."""
    return {JSON_KEY: SOFTWARE, **document}


def marked_comment(meaning: dict) -> str:
    """The comment of a JPEG or GIF: JSON with the mark."""
    return json.dumps(marked_json(meaning), sort_keys=True)


def marked_exif() -> Image.Exif:
    """The EXIF block of a WebP."""
    exif = Image.Exif()
    exif[EXIF_SOFTWARE] = SOFTWARE
    return exif


def origin_of(path) -> Origin:
    """Who wrote a file, from its content; of pictures only the header is read."""
    readers = {
        ".json": _of_json,
        ".html": _of_page,
        ".md": _of_page,
        **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp"), _of_picture),
    }
    path = Path(path)
    reader = readers.get(path.suffix.lower())
    try:
        is_file = path.is_file()  # a pipe is never read
        return reader(path) if reader and is_file else Origin.FOREIGN
    except (OSError, SyntaxError, ValueError, RecursionError, Image.DecompressionBombError):
        return Origin.FOREIGN


def may_be_sheet(path) -> bool:
    """Whether a picture looks like the sheets and charts of earlier versions.

    Those are RGB PNGs without metadata in a white frame. Pictures of others may be so as well.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.mode != "RGB" or image.info:
                return False
            pixels = np.asarray(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    edges = (pixels[:FRAME], pixels[-FRAME:], pixels[:, :FRAME], pixels[:, -FRAME:])
    return all((edge == 255).all() for edge in edges)


def _of_json(path):
    try:
        document = read_json(path, max_bytes=LARGEST_JSON)
    except JSONFileError:
        return Origin.FOREIGN
    if not isinstance(document, dict):
        return Origin.FOREIGN
    if document.get(JSON_KEY) == SOFTWARE:
        return Origin.OWN
    is_earlier = any(keys <= document.keys() for keys in EARLIER_JSON)
    return Origin.EARLIER if is_earlier else Origin.FOREIGN


def _of_page(path):
    with path.open("rb") as file:
        text = file.read(LONGEST_PAGE).decode("utf-8", "replace")
    is_markdown = path.suffix.lower() == ".md"
    last_line = text.rstrip().rpartition("\n")[2]
    if last_line == MARKDOWN_MARK if is_markdown else HTML_MARK in text:
        return Origin.OWN
    is_earlier = EARLIER_PAGES[path.suffix.lower()] in text
    return Origin.EARLIER if is_earlier else Origin.FOREIGN


def _of_picture(path):
    with Image.open(path) as image:
        comment = image.info.get("Comment", image.info.get("comment"))
        software = image.info.get(PNG_KEY) or image.getexif().get(EXIF_SOFTWARE)
    if software == SOFTWARE:
        return Origin.OWN
    keys = keys_of(comment)
    if keys.get(JSON_KEY) == SOFTWARE:
        return Origin.OWN
    return Origin.EARLIER if keys.keys() >= EARLIER_COMMENT else Origin.FOREIGN


def keys_of(comment):
    """The JSON object in a picture's comment; empty if there is none."""
    if isinstance(comment, bytes):
        comment = comment.decode("utf-8", "replace")
    try:
        document = parse_json(comment or "")
    except JSONFileError:
        return {}
    return document if isinstance(document, dict) else {}
