"""Checks of batches in TensorFlow: training pairs, and the values of tensors in graphs.

A wrong shape or dtype is a ValueError at once. Values are checked in the graphs of `fit`,
`evaluate` and `predict` by assertion ops, which cost a pass over the batch.
`assertions_as_value_errors` converts their errors.
"""

import re
from contextlib import contextmanager

import tensorflow as tf

from oasis_tf.data.panoptic import class_map

MAX_PIXEL = 2.0  # images are in [-1, 1]; bicubic resizing may overshoot
_MESSAGE = re.compile(
    r"assertion failed: \[((?:label maps|images) .*?)\]\s*(?:$|\[Op:)", re.MULTILINE
)


def with_known_ids(label_map, *, num_classes):
    """`label_map` int (b, h, w), with an assertion in the graph that all ids are classes.

    Those of a panoptic map are its first channel.
    """
    ids = class_map(label_map)
    wrong = (ids < 0) | (ids >= num_classes)

    def message():
        found = tf.boolean_mask(ids, wrong)[0]
        return tf.strings.format(
            "label maps hold the id {}; ids are 0 (void) to {}", (found, num_classes - 1)
        )

    return required(~tf.reduce_any(wrong), label_map, message)


def training_pair(data, *, num_classes, image_size, has_instances=False):
    """Unpacks and checks a batch of `fit` or `evaluate`.

    Args:
        data: (image float (b, h, w, 3) in [-1, 1], label_map int (b, h, w)).
        num_classes, image_size: those of the generator.
        has_instances: bool, whether label maps are panoptic maps (b, h, w, 2).
    Returns: image float32, label_map int32; in a graph, with assertions on their values.
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
    shape = (*image_size, 2) if has_instances else image_size
    label_map = _of_shape(label_map, shape, name="label maps")
    image = _with_known_range(tf.cast(image, tf.float32))
    label_map = tf.cast(with_known_ids(label_map, num_classes=num_classes), tf.int32)
    with tf.control_dependencies([image, label_map]):  # each waits for both assertions
        return tf.identity(image), tf.identity(label_map)


def _of_shape(x, shape, *, name):
    """`x` with examples of this shape; asserted in the graph if Keras traced unknown shapes."""
    expected = f"{name} must be (b, {', '.join(map(str, shape))}); these are "
    if not x.shape.is_compatible_with((None, *shape)):
        raise ValueError(f"{expected[0].upper()}{expected[1:]}{tuple(x.shape)}.")
    if x.shape.rank is None or None in x.shape[1:]:
        found = tf.shape(x)
        fits = tf.cond(
            tf.equal(tf.size(found), 1 + len(shape)),
            lambda: tf.reduce_all(tf.equal(found[1:], shape)),
            lambda: tf.constant(False),
        )
        x = required(fits, x, lambda: tf.strings.format(expected + "{}", found))
        x.set_shape((None, *shape))  # adds no op that could fail before the assertion
    return x


def _two_of(data):
    if not isinstance(data, (tuple, list)) or not 2 <= len(data) <= 3 or data[1] is None:
        raise ValueError(
            "The model trains on pairs (image, label_map): give `fit` two arrays, or a data set of "
            "such pairs."
        )
    if len(data) == 3 and data[2] is not None:
        raise ValueError(
            "The model takes neither sample_weight nor class_weight. OASIS weights classes by how "
            "rare they are, see class_balancing of `compile`, and void by 0."
        )
    return data[:2]


def _with_known_range(image):
    """`image` with an assertion on its range, which also fails for NaN."""
    largest = tf.reduce_max(tf.abs(image))

    def message():
        return tf.strings.format(
            "images hold values up to {}, but must be from -1 to 1: of 0 to 255 that is "
            "image / 127.5 - 1",
            largest,
        )

    return required(largest <= MAX_PIXEL, image, message)


def required(condition, x, message):
    """Returns `x` with an assertion in the graph: InvalidArgumentError unless `condition` holds.

    Args:
        condition: bool scalar.
        x: tensor.
        message: function() -> string scalar, computed only if the condition does not hold.
    """

    def refuse():
        with tf.control_dependencies([tf.raw_ops.Assert(condition=condition, data=[message()])]):
            return tf.constant(False)

    with tf.control_dependencies([tf.cond(condition, lambda: tf.constant(True), refuse)]):
        return tf.identity(x)


@contextmanager
def assertions_as_value_errors():
    """Context that turns failed assertions of a graph into ValueErrors with their message."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        message = _MESSAGE.search(str(error))
        if message is None:
            raise
        raise ValueError(f"The {message[1]}.") from None


def with_value_errors(function):
    """`function` within `assertions_as_value_errors`; None for None."""
    if function is None:
        return None

    def call(*args):
        with assertions_as_value_errors():
            return function(*args)

    return call
