"""How much room text needs, and where it goes."""

import functools
import unicodedata

from PIL import ImageFont

from oasis_tf.visualization.sheet import LEGEND_SIZE

LINE = 19  # pixels from one line of text to the next


font_of = functools.cache(ImageFont.load_default)  # by size


def drawable(text):
    """Letters without their accents, which Pillow's own font does not have."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def text_width(text, size=LEGEND_SIZE):
    return font_of(size).getlength(drawable(text))


def wrapped(text, width, *, size=LEGEND_SIZE):
    """Lines of words that fit; a word that is too long has a line of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def shortened(text, width, *, size=LEGEND_SIZE):
    """What fits, ending in "…" if something was cut off."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text}…"


def spread(wanted, *, least, highest):
    """Places along an axis near where they are wanted, at least `least` apart.

    Args:
        wanted: list of float, in any order; the places keep their order along the axis.
        highest: float, the last place that is allowed.
    Returns: list of float.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = dict.fromkeys(order)
    lowest = -float("inf")
    for index in order:
        places[index] = max(wanted[index], lowest)
        lowest = places[index] + least
    for index in reversed(order):
        places[index] = min(places[index], highest)
        highest = places[index] - least
    return [places[index] for index in range(len(wanted))]
