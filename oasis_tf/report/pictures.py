"""Sample sheets as part of the page."""

import base64
import io
import re

from PIL import Image

from oasis_tf.report.markup import node

SHEET = re.compile(r"step_(\d+)\.png")
MOST_WIDTH = 1400  # pixels; wider sheets are made smaller
QUALITY = 88  # of the JPEG: a fifth of the PNG's size


def sample_figures(folder):
    """The newest sample sheet and the first one, as `figure` elements.

    A sheet that cannot be read, such as one that is being written, is passed over.

    Args:
        folder: path of the run's sample sheets; may be missing.
    """
    steps = {}
    for path in folder.glob("step_*.png"):
        match = SHEET.fullmatch(path.name)
        if match:
            steps[int(match[1])] = path
    newest = _first_readable(steps, sorted(steps, reverse=True))
    first = _first_readable(steps, sorted(steps))
    figures = []
    for word, found in (("Newest", newest), ("First", first)):
        if found and (word == "Newest" or found[0] != newest[0]):
            figures.append(_figure(word, *found))
    return figures


def _first_readable(paths, steps):
    """(step, data URI) of the first sheet that can be read, or None."""
    for step in steps:
        try:
            return step, data_uri(paths[step])
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # as Pillow does
            continue
    return None


def _figure(word, step, uri):
    alt = f"Sample sheet of step {step:,}: label maps, real images and generated ones"
    caption = node("figcaption", node("strong", word), f"step {step:,}")
    return node("figure", caption, node("img", src=uri, alt=alt), class_="wide")


def data_uri(path):
    """A PNG as a JPEG within the page. Raises: what Pillow raises of a file that it cannot read."""
    image = Image.open(path, formats=["PNG"]).convert("RGB")
    if image.width > MOST_WIDTH:
        image = image.resize((MOST_WIDTH, round(image.height * MOST_WIDTH / image.width)))
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
