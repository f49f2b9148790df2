"""The inputs of a generator's call: one or two values, and ids that are classes."""

import numpy as np
from keras import ops


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
        label_map: array or tensor (b, h, w) of ids, int, or float with integer values. The ids of
            a traced tensor are not checked.
    """
    try:
        ids = ops.convert_to_numpy(label_map)
    except (NotImplementedError, TypeError):  # TensorFlow's and JAX's error for a traced tensor
        return
    wrong = ~((ids >= 0) & (ids < num_classes) & (ids == np.floor(ids)))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(
            f"The label map holds the id {ids[place]} at {', '.join(map(str, place))} (image, row, "
            f"column); ids are 0 (void) to {num_classes - 1}."
        )
