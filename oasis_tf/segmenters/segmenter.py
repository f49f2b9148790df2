"""Segments images with a network, and records how."""

import numpy as np
import tensorflow as tf

from oasis_tf.segmenters.errors import SegmenterError

COMPARED_AT = "the label map's size; logits of another size are resized to it bilinearly"


class Segmenter:
    """Predicts the class of every pixel of an image, by the largest logit.

    Logits without a class are ignored. Void has no logit and is never predicted.

    Args:
        network: keras.Model, float32 (b, h, w, 3) -> logits (b, h', w', k).
        name: str, identifies the network in results.
        classes: class id of each of the k logits, 1 .. num_classes - 1, or None; by default all
            classes but void, in their order.
        class_names: of the data set, void first.
        size: (height, width) of the images.
        input_size: (height, width) of the network's input; by default the network's own, or else
            `size`.
        resize: method of `tf.image.resize`, antialiased, from `size` to `input_size`.
        pixel_range: the network's input for the pixel values 0 and 255, each a number or three,
            for red, green and blue.
        origin: dict of further facts about the network for the protocol: kind, file, ….
    Attributes:
        predicted_ids: frozenset of the ids that it can predict.
        protocol: dict of JSON's types, all that its predictions depend on.
    Call:
        images: uint8 (b, *size, 3). Works inside a `tf.function`, and in a replica of the
            strategy in whose scope the network was created.
    Returns: int32 (b, *size), class ids, never 0.
    Raises: SegmenterError where the network, the sizes and the classes do not fit together.
    """

    def __init__(
        self,
        network,
        *,
        name,
        class_names,
        size,
        classes=None,
        input_size=None,
        resize="bilinear",
        pixel_range=(-1, 1),
        origin=None,
    ):
        self.network = network
        self.name = name
        self.num_classes = len(class_names)
        self._size = tuple(size)
        self._input_size = tuple(input_size or _static_size(network) or size)
        self._resize = resize
        self._low, self._high = (np.float32(end) for end in pixel_range)
        num_logits = self._count_logits()
        classes = list(range(1, self.num_classes)) if classes is None else list(classes)
        _require_classes(name, classes, num_classes=self.num_classes, num_logits=num_logits)
        self._logits = [logit for logit, class_id in enumerate(classes) if class_id is not None]
        self._ids = [classes[logit] for logit in self._logits]
        self.predicted_ids = frozenset(self._ids)
        without = sorted(set(range(1, self.num_classes)) - self.predicted_ids)
        self.protocol = {
            "name": name,
            **(origin or {}),
            "input_size": list(self._input_size),
            "resize": None if self._input_size == self._size else f"{resize}, antialiased",
            "pixel_range": [self._low.tolist(), self._high.tolist()],
            "label_mapping": [_heading(class_id, class_names) for class_id in classes],
            "classes_without_a_logit": [_heading(class_id, class_names) for class_id in without],
            "compared_at": COMPARED_AT,
        }

    def __call__(self, images):
        logits = self._logits_of(images)
        logits = tf.gather(tf.cast(logits, tf.float32), self._logits, axis=-1)
        if tuple(logits.shape[1:3]) != self._size:
            logits = tf.image.resize(logits, self._size, method="bilinear")
        return tf.gather(tf.constant(self._ids, tf.int32), tf.argmax(logits, axis=-1))

    def _logits_of(self, images):
        images = tf.cast(images, tf.float32)
        if self._input_size != self._size:
            images = tf.image.resize(images, self._input_size, self._resize, antialias=True)
            images = tf.clip_by_value(images, 0, 255)  # bicubic overshoots
        images = images / 255 * (self._high - self._low) + self._low
        return self.network(images, training=False)

    def _count_logits(self):
        """The network's number of logits, by a symbolic call with images of `size`."""
        spec = tf.TensorSpec((1, *self._size, 3), tf.uint8)
        trial = tf.function(self._logits_of, autograph=False)
        try:
            shape = trial.get_concrete_function(spec).output_shapes
        except Exception as error:  # errors of the network's layers
            height, width = self._input_size
            reason = " ".join(str(error).split())[:300]
            raise SegmenterError(
                f"the segmenter {self.name} does not take images (b, {height}, {width}, 3); set "
                f"evaluation.segmenter.image_size to what it takes. It says: {reason}"
            ) from error
        if not isinstance(shape, tf.TensorShape) or shape.rank != 4:
            raise SegmenterError(
                f"the segmenter {self.name} gives {shape} for one image; expected logits of every "
                "pixel, (b, h, w, k)"
            )
        return shape[-1]


def _static_size(network):
    """(height, width) of a network with a fixed input size, else None."""
    shape = getattr(network, "input_shape", None)
    is_image = isinstance(shape, tuple) and len(shape) == 4
    return shape[1:3] if is_image and None not in shape[1:3] else None


def _require_classes(name, classes, *, num_classes, num_logits):
    if len(classes) != num_logits:
        raise SegmenterError(
            f"the segmenter {name} has {num_logits} logits, but {len(classes)} are said to be a "
            "class; evaluation.segmenter.classes needs an entry for each logit, null for those "
            "that are no class"
        )
    mapped = {class_id for class_id in classes if class_id is not None}
    if not mapped:
        raise SegmenterError(f"no logit of the segmenter {name} has a class")
    unknown = sorted(mapped - set(range(1, num_classes)))
    if unknown:
        raise SegmenterError(
            f"a logit of the segmenter {name} has the class {unknown[0]}; the classes are 1 to "
            f"{num_classes - 1}, and void, which is null, is never predicted"
        )


def _heading(class_id, class_names):
    return None if class_id is None else f"{class_id} {class_names[class_id]}"
