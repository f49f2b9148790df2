"""What the models take, checked before anything is computed: label maps, noise, training pairs.

What has a shape or a dtype that does not fit is a ValueError at once. Values are looked at where
they are there, in eager mode; in the graphs of `fit`, `evaluate` and `predict` by ops that cost a
pass over the batch, whose complaints `in_words` turns into ValueErrors as well.
"""

import re
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

MOST_OF_AN_IMAGE = 2.0  # images are in [-1, 1], and what resizes them may overshoot
_COMPLAINT = re.compile(
    r"assertion failed: \[((?:label maps|images) .*?)\]\s*(?:$|\[Op:)", re.MULTILINE
)


def label_map_and_z(label_map, z=None):
    """Returns (label_map, z), also where both came as one: Keras's `predict([label_map, z])`."""
    if not isinstance(label_map, (tuple, list)):
        return label_map, z
    if len(label_map) > 2 or z is not None and len(label_map) > 1:
        raise ValueError(f"Expected a label map and z at most; got {len(label_map)} inputs.")
    return (*label_map, z)[:2]


def require_known_ids(label_map, *, num_classes):
    """Raises a ValueError that names the first pixel of an id that is no class.

    Args:
        label_map: array (b, h, w), ids; whole numbers, in floats too.
    """
    ids = np.asarray(label_map)
    wrong = ~((ids >= 0) & (ids < num_classes) & (ids == np.floor(ids)))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(
            f"The label map holds the id {ids[place]} at {', '.join(map(str, place))} (image, row, "
            f"column); ids are 0 (void) to {num_classes - 1}."
        )


def with_known_ids(label_map, *, num_classes):
    """`label_map` int (b, h, w), behind a check of the graph's that all of its ids are classes."""
    wrong = (label_map < 0) | (label_map >= num_classes)

    def complaint():
        found = tf.boolean_mask(label_map, wrong)[0]
        return tf.strings.format(
            "label maps hold the id {}; ids are 0 (void) to {}", (found, num_classes - 1)
        )

    return required(~tf.reduce_any(wrong), label_map, complaint)


def training_pair(data, *, num_classes, image_size):
    """Takes a batch of `fit` or `evaluate` apart.

    Args:
        data: (image float (b, h, w, 3) in [-1, 1], label_map int (b, h, w)).
        num_classes, image_size: of the generator.
    Returns: image float32, label_map int32; in a graph, behind a check of their values.
    Raises: ValueError for anything else.
    """
    image, label_map = (tf.convert_to_tensor(part) for part in _two_of(data))
    if not image.dtype.is_floating:
        raise ValueError(
            f"Images must be floats from -1 to 1; these are {image.dtype.name}. For images of "
            "0 to 255 that is image / 127.5 - 1."
        )
    if not label_map.dtype.is_integer:
        raise ValueError(f"Label maps must be integers; these are {label_map.dtype.name}.")
    image = _of_shape(image, (*image_size, 3), name="images")
    label_map = _of_shape(label_map, image_size, name="label maps")
    image = _with_known_range(tf.cast(image, tf.float32))
    label_map = tf.cast(with_known_ids(label_map, num_classes=num_classes), tf.int32)
    with tf.control_dependencies([image, label_map]):  # whoever reads one of them waits for both
        return tf.identity(image), tf.identity(label_map)


def _of_shape(x, shape, *, name):
    """`x`, each example of this shape; asked in the graph where Keras traced one for any shape."""
    value = f"{name} must be (b, {', '.join(map(str, shape))}); these are "
    if not x.shape.is_compatible_with((None, *shape)):
        raise ValueError(f"{value[0].upper()}{value[1:]}{tuple(x.shape)}.")
    if x.shape.rank is None or None in x.shape[1:]:
        found = tf.shape(x)
        fits = tf.cond(
            tf.equal(tf.size(found), 1 + len(shape)),
            lambda: tf.reduce_all(tf.equal(found[1:], shape)),
            lambda: tf.constant(False),
        )
        x = required(fits, x, lambda: tf.strings.format(value + "{}", found))
        x.set_shape((None, *shape))  # no op, which could complain before the check does
    return x


def _two_of(data):
    if not isinstance(data, (tuple, list)) or not 2 <= len(data) <= 3 or data[1] is None:
        raise ValueError(
            "OASIS trains on pairs (image, label_map): give `fit` two arrays, or a data set of "
            "such pairs."
        )
    if len(data) == 3 and data[2] is not None:
        raise ValueError(
            "OASIS takes neither sample_weight nor class_weight: its losses weigh classes by how "
            "rare they are, see class_balancing of `compile`, and void pixels not at all."
        )
    return data[:2]


def _with_known_range(image):
    """Also refuses NaN, which no comparison holds for."""
    largest = tf.reduce_max(tf.abs(image))

    def complaint():
        return tf.strings.format(
            "images hold values up to {}, but must be from -1 to 1: of 0 to 255 that is "
            "image / 127.5 - 1",
            largest,
        )

    return required(largest <= MOST_OF_AN_IMAGE, image, complaint)


def required(condition, x, complaint):
    """Returns `x`; an InvalidArgumentError comes first unless `condition` holds.

    Args:
        condition: bool scalar.
        x: tensor.
        complaint: function() -> string scalar, only called where the condition does not hold.
    """

    def refuse():
        with tf.control_dependencies([tf.raw_ops.Assert(condition=condition, data=[complaint()])]):
            return tf.constant(False)

    with tf.control_dependencies([tf.cond(condition, lambda: tf.constant(True), refuse)]):
        return tf.identity(x)


@contextmanager
def in_words():
    """A context in which the complaints of a graph become ValueErrors."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        complaint = _COMPLAINT.search(str(error))
        if complaint is None:
            raise
        raise ValueError(f"The {complaint[1]}.") from None


def in_plain_words(function):
    """`function`, called `in_words`; or None for None."""
    if function is None:
        return None

    def call(*args):
        with in_words():
            return function(*args)

    return call
