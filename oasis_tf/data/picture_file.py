"""Opens picture files; every failure becomes a sentence."""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from oasis_tf.data.errors import DataError
from oasis_tf.io.regular_file import NotRegularFileError, require_regular

MAX_PIXELS = 2 * Image.MAX_IMAGE_PIXELS  # Pillow's own limit, 179 million
BROKEN = (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error)  # Pillow's errors


@contextmanager
def opened_picture(path: Path | str, *, kind: str) -> Iterator[Image.Image]:
    """Opens a picture with Pillow. Errors inside the context, as of decoding, get its name too.

    Args:
        path: of a regular file; nothing else is opened.
        kind: its name in errors, such as "label map".
    Yields: the image, not decoded yet.
    Raises: DataError naming the path.
    """
    try:
        require_regular(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                yield image
    except DataError:
        raise
    except NotRegularFileError as error:
        raise DataError(str(error)) from None
    except FileNotFoundError:
        raise DataError(f"{path}: no such {kind}.") from None
    except Image.DecompressionBombError as error:
        raise DataError(f"{path}: {_too_large(error, kind)}") from None
    except Image.UnidentifiedImageError:
        raise DataError(
            f"{path}: the file cannot be read as an image, so the {kind} cannot be decoded."
        ) from None
    except BROKEN as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise DataError(f"{path}: the {kind} cannot be decoded ({reason}).") from error


def _too_large(error: Image.DecompressionBombError, kind: str) -> str:
    found = re.search(r"\d+", str(error))
    pixels = f"{int(found[0]) / 1e6:,.0f} million" if found else "too many"
    how = ", to the nearest pixel," if kind == "label map" else ""
    return (
        f"the {kind} has {pixels} pixels, and at most {MAX_PIXELS / 1e6:.0f} million are read. "
        f"Make it smaller{how} and what belongs to it with it: it is resized anyway, to the size "
        "of the network."
    )
