"""What can be measured of a picture, one number each."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oasis_tf.class_names import class_id_of

REC_709 = (0.2126, 0.7152, 0.0722)
LEAST_SHARE = 0.01  # of a picture's pixels, for a class to be measured


class UnknownAttributeError(ValueError):
    """A name of no attribute, in a sentence."""


def luma(images):
    """Rec. 709 luma of gamma-encoded RGB (..., 3): (...)."""
    return images @ np.array(REC_709)


def warmth(images):
    """How much more red than blue there is, -1 to 1, the mean over pixels."""
    return (images[..., 0] - images[..., 2]).mean((1, 2))


def saturation(images):
    """HSV's saturation, 0 to 1, the mean over pixels; black has none."""
    largest, smallest = images.max(-1), images.min(-1)
    return ((largest - smallest) / np.maximum(largest, 1e-6)).mean((1, 2))


MEASURES = {
    "luminance": lambda images: luma(images).mean((1, 2)),
    "warmth": warmth,
    "saturation": saturation,
    "contrast": lambda images: luma(images).std((1, 2)),
}


@dataclass(frozen=True)
class Attribute:
    """One attribute of pictures, of all pixels or of those of a class.

    Attributes:
        name: str. class_id: int, or None for all pixels.
        measure: function(RGB in 0..1 (b, h, w, 3)) -> (b,).
    """

    name: str
    measure: Callable[[np.ndarray], np.ndarray]
    class_id: int | None = None

    @classmethod
    def named(cls, text, class_names):
        """An attribute by its name, or CLASS.luminance, the class by name or id.

        Raises: UnknownAttributeError or UnknownClassError.
        """
        if text in MEASURES:
            return cls(text, MEASURES[text])
        class_name, dot, kind = text.rpartition(".")
        if dot and kind == "luminance":
            class_id = class_id_of(class_name, class_names)
            return cls(f"{class_names[class_id]}.luminance", luma, class_id)
        near = difflib.get_close_matches(text, MEASURES, n=2, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownAttributeError(
            f"there is no attribute {text!r}.{hint} There are {', '.join(MEASURES)}, and "
            "CLASS.luminance for every class."
        )

    def is_measurable(self, label_map):
        """Whether a label map (h, w) has enough pixels of the class, if it is of one."""
        return self.class_id is None or np.mean(label_map == self.class_id) >= LEAST_SHARE

    def of(self, images, label_maps):
        """Measures pictures.

        Args:
            images: uint8 (b, h, w, 3).
            label_maps: int (b, h, w).
        Returns: float64 (b,).
        """
        values = self.measure(np.asarray(images, np.float64) / 255)
        if self.class_id is None:
            return values
        inside = np.asarray(label_maps) == self.class_id
        return (values * inside).sum((1, 2)) / inside.sum((1, 2))
