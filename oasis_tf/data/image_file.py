"""Decodes photographs: JPEGs, PNGs and BMPs, upright."""

import io
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.errors import DataError
from oasis_tf.data.orientation import in_python, upright
from oasis_tf.data.picture_file import BROKEN, opened_picture

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
FORMATS = ("JPEG", "MPO", "PNG", "BMP")  # MPO: a JPEG with more pictures; the first one is read
# Errors of decoding: TensorFlow's, and Pillow's, which pass through TensorFlow in eager mode. They
# include UnicodeDecodeError, a ValueError, which replaces messages with bytes that are not UTF-8.
UNDECODABLE = (tf.errors.OpError, *BROKEN)


def read_image(path: Path, *, kind: str = "image") -> tf.Tensor:
    """Reads one image file eagerly, after a check of its header; see `decode_image`.

    Args:
        kind: its name in errors.
    Raises: DataError naming the path and what is wrong with it.
    """
    with opened_picture(path, kind=kind) as image:
        check_image(image, path=path)
    try:
        return decode_image(path.read_bytes())
    except UNDECODABLE as error:
        reason = f"{path}: the {kind} cannot be decoded, it is broken or truncated."
        raise DataError(reason) from error


def decode_image(contents: tf.Tensor) -> tf.Tensor:
    """Decodes the bytes of a JPEG (as Pillow does), PNG or BMP, rotated by its EXIF orientation.

    Of 16 bits a channel the upper 8 are kept. BMPs are decoded by Pillow, since TensorFlow cannot
    read their palettes.

    Returns: uint8 (h, w, 3).
    """
    is_bmp = tf.strings.substr(contents, 0, 2) == b"BM"
    image = tf.cond(
        is_bmp,
        lambda: in_python(_by_pillow, contents, tf.uint8),
        lambda: _by_tensorflow(contents),
    )
    image = tf.ensure_shape(image, (None, None, 3))
    return tf.ensure_shape(upright(image, contents), (None, None, 3))


def _by_tensorflow(contents):
    return tf.cond(
        tf.io.is_jpeg(contents),
        lambda: tf.io.decode_jpeg(contents, channels=3, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_image(contents, channels=3, expand_animations=False),
    )


def _by_pillow(contents: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(contents), formats=("BMP",)) as image:
        return np.array(image.convert("RGB"))


def check_image(image: Image.Image, *, path: Path) -> None:
    """Raises a DataError unless the opened image has a format that can be trained on."""
    if image.format not in FORMATS:
        raise DataError(f"{path}: the image is {image.format}; expected JPEG, PNG or BMP.")
