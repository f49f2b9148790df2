"""Operations on a pair (image, label map). Random ones take a seed.

A label map (h, w) may be a panoptic map (h, w, 2), see `Source.has_instances`.
"""

import tensorflow as tf

from oasis_tf.data.bicubic import resize_bicubic
from oasis_tf.runtime import noise

Pair = tuple[tf.Tensor, tf.Tensor]


def resize_pair(image: tf.Tensor, label_map: tf.Tensor, *, size: tuple[int, int]) -> Pair:
    """Resizes the image bicubically (antialiased) and the label map to the nearest pixel.

    Both as Pillow does: the label map exactly, the image up to rare differences of one level.

    Args:
        image: uint8 (h, w, 3).
        label_map: uint8 or int32 (h, w).
        size: (height, width).
    Returns: image uint8 (*size, 3); label map (*size), its dtype kept.
    """
    if image.shape[:2] == size:
        return image, label_map
    image = tf.ensure_shape(resize_bicubic(image, size=size), (*size, 3))
    return image, resize_label_map(label_map, size=size)


def resize_label_map(label_map: tf.Tensor, *, size: tuple[int, int]) -> tf.Tensor:
    """Resizes a label map (h, w) to the nearest pixel, as Pillow does: (*size), its dtype kept."""
    if label_map.shape.rank == 3:
        maps = [resize_label_map(each, size=size) for each in tf.unstack(label_map, axis=-1)]
        return tf.stack(maps, axis=-1)
    for side in size:  # picking rows, with a transpose, is faster than picking pixels
        label_map = tf.transpose(_pick_rows(label_map, size=side))
    return tf.ensure_shape(label_map, size)


def _pick_rows(x: tf.Tensor, *, size: int) -> tf.Tensor:
    """Picks the row under each new row's centre, (i + 1/2) * old / new, in exact integers."""
    return tf.gather(x, (2 * tf.range(size) + 1) * tf.shape(x)[0] // (2 * size))


def crop_pair(
    image: tf.Tensor, label_map: tf.Tensor, *, size: tuple[int, int], seed: tf.Tensor
) -> Pair:
    """Cuts the same random window out of both.

    Args:
        image: (h, w, 3).
        label_map: (h, w).
        size: (height, width) of the window, at most (h, w).
        seed: int (2,) for stateless random ops.
    Returns: image (*size, 3); label map (*size).
    """
    margin = tf.shape(label_map)[:2] - size
    u = noise.uniform((2,), seed=seed)
    top, left = tf.unstack(tf.cast(u * tf.cast(margin + 1, u.dtype), tf.int32))
    window = (slice(top, top + size[0]), slice(left, left + size[1]))
    return tuple(tf.ensure_shape(x[window], (*size, *x.shape[2:])) for x in (image, label_map))


def flip_pair(image: tf.Tensor, label_map: tf.Tensor, *, seed: tf.Tensor) -> Pair:
    """Mirrors both left to right, or neither, with probability 1/2.

    Args:
        image: (h, w, 3).
        label_map: (h, w).
        seed: int (2,) for stateless random ops.
    Returns: both, their shapes kept.
    """
    return tf.cond(
        noise.uniform((), seed=seed) < 0.5,
        lambda: (tf.reverse(image, [1]), tf.reverse(label_map, [1])),
        lambda: (image, label_map),
    )


def normalize_pair(image: tf.Tensor, label_map: tf.Tensor) -> Pair:
    """Scales 0..255 to [-1, 1].

    Returns: image float32 (h, w, 3) in [-1, 1]; label map int32 (h, w).
    """
    return tf.cast(image, tf.float32) / 127.5 - 1.0, tf.cast(label_map, tf.int32)
