"""Regions of a picture with redrawn noise."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.data import DataError
from oasis_tf.data.picture_file import opened_picture
from oasis_tf.data.transforms import resize_label_map


@dataclass(frozen=True)
class Region:
    """The pixels of some classes, and those of a mask.

    Args:
        class_ids: tuple of int.
        mask: bool (h, w) or None.
        mask_name: str, of the mask in errors.
    """

    class_ids: tuple = ()
    mask: np.ndarray | None = None
    mask_name: str = "the mask"

    def on(self, label_map, *, size):
        """The region's pixels in the picture of a label map.

        Args:
            label_map: int (h, w) of any size.
            size: (height, width) of the picture.
        Returns: bool (*size).
        Raises: DataError if the mask's size is neither of both.
        """
        inside = _fit(np.isin(label_map, self.class_ids), size=size)
        if self.mask is not None:
            self._check_mask(label_map.shape, size)
            inside = inside | _fit(self.mask, size=size)
        return inside

    def _check_mask(self, *sizes):
        if self.mask.shape not in [tuple(size) for size in sizes]:
            fitting = " or ".join(dict.fromkeys(f"{height}x{width}" for height, width in sizes))
            raise DataError(
                f"{self.mask_name} is {self.mask.shape[0]}x{self.mask.shape[1]} (height x width); "
                f"it must be as large as the label map or as the photograph: {fitting}."
            )


def read_mask(path):
    """Reads a mask: bool (h, w), true where a PNG is not black. Transparency is ignored.

    Raises: DataError naming the file.
    """
    with opened_picture(path, kind="mask") as image:
        if image.format != "PNG":
            raise DataError(f"{path}: a mask must be a PNG; this is {image.format}.")
        is_grey = image.mode in ("1", "L", "I", "I;16")
        pixels = np.array(image if is_grey else image.convert("RGB"))
    mask = pixels != 0 if is_grey else (pixels != 0).any(-1)
    if not mask.any():
        raise DataError(f"{path}: the mask is black everywhere, so nothing would be redrawn.")
    return mask


def _fit(inside, *, size):
    return resize_label_map(tf.constant(inside), size=size).numpy()
