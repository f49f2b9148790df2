"""How frequent each class is, and how much texture it has."""

import numpy as np

LUMA = np.float32([0.299, 0.587, 0.114]) / 255  # of 8-bit red, green, blue; ITU-R BT.601


class ClassTraits:
    """Shares and textures of all classes, over the real images and label maps seen so far.

    A class's share is its part of all pixels that are not void. Its texture is the mean length of
    the gradient of luma (0..1, central differences, per pixel) over the pixels whose 3x3
    neighbourhood is of that class only, so that borders between classes are left out. It depends
    on the images' size.

    Args:
        num_classes: int, void included.
    Attributes:
        pixels: int64 (num_classes,), of each label.
        inner_pixels: int64 (num_classes,), those that count for the texture.
        gradients: float64 (num_classes,), their sum over these.
    """

    def __init__(self, num_classes):
        self.pixels = np.zeros(num_classes, np.int64)
        self.inner_pixels = np.zeros(num_classes, np.int64)
        self.gradients = np.zeros(num_classes)

    @property
    def shares(self):
        """float64 (num_classes,), 0 for void; the others add up to 1, or are 0 if none was seen."""
        labelled = self.pixels * (np.arange(len(self.pixels)) > 0)
        return labelled / max(1, labelled.sum())

    @property
    def textures(self):
        """float64 (num_classes,), NaN for void and for classes that are nowhere 3 pixels wide."""
        with np.errstate(invalid="ignore"):
            textures = self.gradients / self.inner_pixels
        textures[0] = np.nan
        return textures

    def update(self, images, label_map):
        """Adds images uint8 (b, h, w, 3) and their label maps int (b, h, w)."""
        images, label_map = np.asarray(images), np.asarray(label_map)
        self.pixels += self._count(label_map)
        center = label_map[:, 1:-1, 1:-1]
        inner = _is_inner(label_map)
        self.inner_pixels += self._count(center[inner])
        self.gradients += self._count(center[inner], _gradient_of_luma(images)[inner])

    def describe(self, class_names):
        """A dict for every class but void, of JSON's types; an unknown texture is None."""
        shares, textures = self.shares, self.textures
        return [
            {
                "id": index,
                "name": name,
                "share": float(shares[index]),
                "texture": None if np.isnan(textures[index]) else float(textures[index]),
            }
            for index, name in enumerate(class_names)
            if index > 0
        ]

    def _count(self, labels, weights=None):
        weights = None if weights is None else weights.astype(np.float64)
        return np.bincount(labels.ravel(), weights, minlength=len(self.pixels))


def _is_inner(label_map):
    """bool (b, h - 2, w - 2): whether a pixel and its eight neighbours have one label."""
    across = (label_map[:, :, :-2] == label_map[:, :, 1:-1]) & (
        label_map[:, :, 1:-1] == label_map[:, :, 2:]
    )
    middle = label_map[:, :, 1:-1]
    down = (middle[:, :-2] == middle[:, 1:-1]) & (middle[:, 1:-1] == middle[:, 2:])
    return down & across[:, :-2] & across[:, 1:-1] & across[:, 2:]


def _gradient_of_luma(images):
    """float32 (b, h - 2, w - 2), its length."""
    luma = images.astype(np.float32) @ LUMA
    across = luma[:, 1:-1, 2:] - luma[:, 1:-1, :-2]
    down = luma[:, 2:, 1:-1] - luma[:, :-2, 1:-1]
    return np.hypot(across, down) / 2
