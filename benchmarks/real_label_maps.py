"""Real label maps to measure with, of data sets that lie in one folder as each was published.

`ade20k_sample/annotations/*/*.png`, `coco_stuff_sample/*_label/*.png`, `camvid/labels/val/*.png`.
"""

from pathlib import Path

import numpy as np
from PIL import Image

PATTERNS = {
    "ADE20K": "ade20k_sample/annotations/*/*.png",
    "COCO-Stuff": "coco_stuff_sample/*_label/*.png",
    "CamVid": "camvid/labels/val/*.png",
}


def real_label_maps(root, *, image_size, num_classes, at_most):
    """Dict of data set to int32 (n, h, w).

    The ids of a label map are renumbered from 0 in their order, so that they fit any number of
    classes; its neighbourhoods stay what they are.

    Args:
        root: path of the folder.
        image_size: (h, w), to which label maps are resized, nearest.
        num_classes: int.
        at_most: int, how many of a data set, spread evenly over it.
    Raises: FileNotFoundError if there are none.
    """
    found = {}
    for name, pattern in PATTERNS.items():
        paths = sorted(Path(root).glob(pattern))
        if paths:
            chosen = np.linspace(0, len(paths) - 1, min(at_most, len(paths))).astype(int)
            found[name] = np.stack([_read(paths[i], image_size, num_classes) for i in chosen])
    if not found:
        raise FileNotFoundError(f"{root}: there is none of {', '.join(PATTERNS.values())}")
    return found


def rough_label_map(share, *, image_size, num_classes, seed=0):
    """int32 (h, w): two halves, and a share of the pixels with random ids."""
    rng = np.random.default_rng(seed)
    label_map = np.zeros(image_size, np.int32)
    label_map[:, image_size[1] // 2 :] = 1
    is_random = rng.random(image_size) < share
    label_map[is_random] = rng.integers(0, num_classes, is_random.sum())
    return label_map


def _read(path, image_size, num_classes):
    height, width = image_size
    with Image.open(path) as image:
        ids = np.asarray(image.resize((width, height), Image.Resampling.NEAREST))
    _, renumbered = np.unique(ids, return_inverse=True)
    return np.int32(renumbered.reshape(image_size) % num_classes)
