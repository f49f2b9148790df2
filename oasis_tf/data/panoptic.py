"""Panoptic maps: the class and the instance of every pixel.

They stand in place of label maps, int (b, h, w, 2) for (b, h, w), where a network takes instances.
What only needs classes takes them by `class_map`.

Reference: Kirillov et al. 2019, arXiv:1801.00868, sec. 3 (the format).
"""


def class_map(label_map):
    """The classes of label maps (b, h, w), or of panoptic maps (b, h, w, 2): int (b, h, w).

    Args:
        label_map: array or tensor of known rank.
    """
    return label_map[..., 0] if len(label_map.shape) == 4 else label_map
