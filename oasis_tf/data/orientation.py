"""Rotates photographs by their EXIF orientation."""

import warnings
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.png_chunks import SIGNATURE, find_chunk

TAG = 274  # EXIF's Orientation, 1 to 8
MAX_SEGMENTS = 1000  # of a JPEG before its tables; files have a handful
MARK = list(b"Exif\0\0")
HEAD = 4 + len(MARK)  # bytes of a JPEG segment that show whether it holds EXIF data
EXIF, COMMENT = 0xE1, 0xFE  # JPEG markers; application data are 0xE0 to 0xEF
FILL = 0xFF  # any number of these may stand before a marker


def upright(image: tf.Tensor, contents: tf.Tensor) -> tf.Tensor:
    """Rotates and mirrors a decoded image by its EXIF orientation, as viewers do.

    Only EXIF data is parsed outside of TensorFlow's ops, and only if it stands before the pixels.

    Args:
        image: (h, w, c), as it is stored.
        contents: string (), the bytes of its file, a JPEG, a PNG or of another kind.
    Returns: (h, w, c) or (w, h, c).
    """
    exif = exif_of(contents)
    orientation = tf.cond(
        tf.strings.length(exif) > 0,
        lambda: tf.ensure_shape(in_python(orientation_of, exif, tf.int32), ()),
        lambda: 1,
    )
    return tf.cond(orientation == 1, lambda: image, lambda: turned(image, orientation))


def turned(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Rotates and mirrors an image (h, w, c) of orientation 1 to 8: (h, w, c) or (w, h, c)."""

    def is_one_of(*orientations):
        return tf.reduce_any(orientation == tf.constant(orientations))

    image = tf.cond(orientation >= 5, lambda: tf.transpose(image, (1, 0, 2)), lambda: image)
    image = tf.cond(is_one_of(2, 3, 6, 7), lambda: tf.reverse(image, [1]), lambda: image)
    return tf.cond(is_one_of(3, 4, 7, 8), lambda: tf.reverse(image, [0]), lambda: image)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """The (width, height) after `upright` of an image that Pillow opened, without decoding it."""
    is_turned = orientation_of(image.info.get("exif", b"")) >= 5
    return image.size[::-1] if is_turned else image.size


def orientation_of(exif: bytes) -> np.int32:
    """EXIF's Orientation, 1 to 8; 1 if it is missing, broken or out of range."""
    parsed = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of data that are cut short
            parsed.load(exif)
            value = parsed.get(TAG, 1)
    except Exception:  # Pillow raises many kinds of errors for broken data
        value = 1
    return np.int32(value if value in range(1, 9) else 1)


def exif_of(contents: tf.Tensor) -> tf.Tensor:
    """The EXIF data before the pixels of a JPEG or PNG: string (), empty if there are none."""
    is_png = tf.strings.substr(contents, 0, len(SIGNATURE)) == SIGNATURE
    return tf.cond(
        is_png,
        lambda: find_chunk(contents, b"eXIf"),
        lambda: tf.cond(
            tf.io.is_jpeg(contents), lambda: _exif_of_jpeg(contents), lambda: tf.constant(b"")
        ),
    )


def _exif_of_jpeg(contents):
    """Searches the segments of application data and comments at the start of a JPEG."""
    last = tf.strings.length(contents) - HEAD

    def look(place, _):
        head = tf.strings.substr(contents, place, HEAD)
        head = tf.cast(tf.io.decode_raw(head, tf.uint8), tf.int32)
        marker, length = head[1], head[2] * 256 + head[3]
        is_exif = (marker == EXIF) & tf.reduce_all(head[4:] == MARK)
        is_skipped = (marker // 16 == 0xE) | (marker == COMMENT)
        behind = place + tf.where(marker == FILL, 1, 2 + length)
        is_skipped |= marker == FILL
        goes_on = (head[0] == 0xFF) & is_skipped & ~is_exif & (behind <= last)
        found = tf.where(is_exif, tf.stack([place + 4, tf.maximum(length - 2, 0)]), [0, 0])
        return tf.where(goes_on, behind, -1), found

    start = tf.where(last >= 2, 2, -1)
    _, found = tf.while_loop(
        lambda place, _: place >= 0,
        look,
        (start, tf.zeros(2, tf.int32)),
        maximum_iterations=MAX_SEGMENTS,
    )
    return tf.strings.substr(contents, found[0], found[1])


def in_python(function: Callable, contents: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Calls a function(bytes) in Python, outside of the graph, on a string ().

    The bytes are passed as numbers, since NumPy strips zeros from the end of a string.
    """
    return tf.numpy_function(
        lambda numbers: function(numbers.tobytes()),
        [tf.io.decode_raw(contents, tf.uint8)],
        dtype,
        stateful=False,  # a graph may leave it out if the image is unused
    )
