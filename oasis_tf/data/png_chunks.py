"""Finds a chunk of a PNG with TensorFlow ops, for training and for exported models."""

import tensorflow as tf

SIGNATURE = b"\x89PNG\r\n\x1a\n"
AFTER_HEADER = 33  # offset of the first chunk after IHDR
FRAME = 12  # bytes of a chunk without its data: length, kind, checksum
MAX_CHUNKS = 1000  # before the pixels; PNGs have a handful


def find_chunk(contents: tf.Tensor, kind: bytes) -> tf.Tensor:
    """Searches for a chunk between a PNG's header and its pixels.

    Args:
        contents: string (), the bytes of a file.
        kind: four letters, such as b"PLTE".
    Returns: string (), the chunk's data; empty if there is no such chunk, or it is cut short.
    """
    size = tf.strings.length(contents)

    def look(place, _):
        length, found = _head(contents, place)
        is_wanted, ends = found == kind, found == b"IDAT"
        goes_on = ~is_wanted & ~ends & (length >= 0) & (length <= size - place - 2 * FRAME)
        return tf.where(goes_on, place + FRAME + length, -1), tf.where(is_wanted, place, -1)

    start = tf.where(size >= AFTER_HEADER + FRAME, AFTER_HEADER, -1)
    _, place = tf.while_loop(
        lambda place, _: place >= 0, look, (start, -1), maximum_iterations=MAX_CHUNKS
    )
    return tf.cond(place < 0, lambda: tf.constant(b""), lambda: _data(contents, place))


def _head(contents, place):
    """Length of the data, int32 (), and kind, string (), of the chunk that begins at `place`."""
    length = tf.io.decode_raw(tf.strings.substr(contents, place, 4), tf.int32, little_endian=False)
    return length[0], tf.strings.substr(contents, place + 4, 4)


def _data(contents, place):
    length, _ = _head(contents, place)
    is_whole = (length >= 0) & (length <= tf.strings.length(contents) - place - FRAME)
    return tf.strings.substr(contents, place + 8, tf.where(is_whole, length, 0))
