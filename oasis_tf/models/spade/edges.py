"""Edges between instances, an input of both networks of SPADE."""

from keras import ops

from oasis_tf.data.panoptic import class_map


def instance_edges(instance_map):
    """1 where a pixel's instance differs from that of its left, right, upper or lower neighbour.

    Args:
        instance_map: int (b, h, w).
    Returns: float32 (b, h, w, 1).
    """
    instance_map = ops.convert_to_tensor(instance_map)
    across = instance_map[:, :, 1:] != instance_map[:, :, :-1]
    down = instance_map[:, 1:] != instance_map[:, :-1]
    edges = _either_side(across, axis=2) | _either_side(down, axis=1)
    return ops.cast(edges, "float32")[..., None]


def label_and_instance_map(label_map, instance_map=None):
    """(label map, instance map or None), each (b, h, w), also for a panoptic map (b, h, w, 2)."""
    if instance_map is None and len(label_map.shape) == 4:
        return class_map(label_map), label_map[..., 1]
    return label_map, instance_map


def edges_of(instance_map, *, are_used):
    """`instance_edges` for a network that uses them, else None.

    Raises: ValueError for an instance map that is missing or unused.
    """
    if are_used != (instance_map is not None):
        raise ValueError(
            "This network takes instance edges: give it an instance_map, int (batch, h, w), or "
            "class and instance in one panoptic map, int (batch, h, w, 2)."
            if are_used
            else "This network takes no instance_map; make it with edges=True."
        )
    return instance_edges(instance_map) if are_used else None


def _either_side(differs, *, axis):
    """Of the borders between pixels along an axis to the pixels on both sides."""
    before, behind = ([(0, 0)] * 3 for _ in range(2))
    before[axis], behind[axis] = (1, 0), (0, 1)
    return ops.pad(differs, before) | ops.pad(differs, behind)
