"""The inputs of a network's call: one or two values, ids that are classes, one-hot labels."""

import numpy as np
from keras import ops

from oasis_tf.data.panoptic import class_map


def label_map_and_z(label_map, z=None):
    """Returns (label_map, z), also for one list of both, as in `predict([label_map, z])`."""
    if not isinstance(label_map, (tuple, list)):
        return label_map, z
    if len(label_map) > 2 or z is not None and len(label_map) > 1:
        raise ValueError(f"Expected a label map and z at most; got {len(label_map)} inputs.")
    return (*label_map, z)[:2]


def require_known_ids(label_map, *, num_classes):
    """Raises: ValueError, naming the first pixel whose id is not a class.

    Args:
        label_map: array or tensor (b, h, w) of ids, int, or float with integer values; or a
            panoptic map. The ids of a traced tensor are not checked.
    """
    try:
        ids = ops.convert_to_numpy(class_map(label_map))
    except (NotImplementedError, TypeError):  # TensorFlow's and JAX's error for a traced tensor
        return
    wrong = ~((ids >= 0) & (ids < num_classes) & (ids == np.floor(ids)))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(
            f"The label map holds the id {ids[place]} at {', '.join(map(str, place))} (image, row, "
            f"column); ids are 0 (void) to {num_classes - 1}."
        )


def require_label_map(label_map, *, image_size, num_classes):
    """Returns the label map (b, h, w) as (b, h, w, 1).

    Raises: ValueError if its size is not `image_size`, or as `require_known_ids`.
    """
    if tuple(label_map.shape[1:]) != tuple(image_size):
        raise ValueError(
            f"This generator makes images of {image_size[0]}x{image_size[1]}; the label map is "
            f"{tuple(label_map.shape)}, expected (batch, h, w) of that size."
        )
    require_known_ids(label_map, num_classes=num_classes)
    return label_map[..., None]


def one_hot(label_map, *, num_classes, dtype):
    """Ids (b, h, w, 1) -> (b, h, w, num_classes); an id that is not a class gives zeros.

    Equality works for float ids too: GPUs of phones compute only that correctly.
    """
    ids = ops.convert_to_tensor(range(num_classes), dtype=label_map.dtype)
    return ops.cast(label_map == ids, dtype)
