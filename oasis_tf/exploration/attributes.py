"""Attributes of pictures: luminance, warmth, saturation, contrast."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oasis_tf.config.class_names import class_id_of
from oasis_tf.io.near_names import did_you_mean

REC_709 = np.array((0.2126, 0.7152, 0.0722))
LEAST_SHARE = 0.01  # of a picture's pixels, for a class to be measured


class UnknownAttributeError(ValueError):
    """Error for an unknown attribute."""


def luminance(pixels):
    """The mean Rec. 709 luma of gamma-encoded RGB, 0 to 1."""
    return (pixels @ REC_709).mean()


def warmth(pixels):
    """Mean difference of red and blue, -1 to 1."""
    return (pixels[:, 0] - pixels[:, 2]).mean()


def saturation(pixels):
    """Mean saturation of HSV, 0 to 1; 0 for black."""
    largest, smallest = pixels.max(1), pixels.min(1)
    return ((largest - smallest) / np.maximum(largest, 1e-6)).mean()


def contrast(pixels):
    """The standard deviation of the luma."""
    return (pixels @ REC_709).std()


MEASURES = {
    "luminance": luminance,
    "warmth": warmth,
    "saturation": saturation,
    "contrast": contrast,
}


@dataclass(frozen=True)
class Attribute:
    """An attribute of all pixels, or of the pixels of a class.

    Attributes:
        name: str. class_id: int, or None for all pixels.
        measure: function(RGB in 0..1 (n, 3)) -> float.
    """

    name: str
    measure: Callable[[np.ndarray], float]
    class_id: int | None = None

    @classmethod
    def named(cls, text, class_names):
        """An attribute by NAME or CLASS.NAME, the class by name or id.

        Raises: UnknownAttributeError or UnknownClassError.
        """
        class_name, dot, kind = text.rpartition(".")
        if kind not in MEASURES:
            near = did_you_mean(kind, MEASURES, otherwise="")
            hint = f"; {near}" if near else "."
            raise UnknownAttributeError(
                f"there is no attribute {text!r}{hint} Attributes are {', '.join(MEASURES)}; "
                "each can be limited to a class, as in CLASS.luminance."
            )
        if not dot:
            return cls(kind, MEASURES[kind])
        class_id = class_id_of(class_name, class_names)
        return cls(f"{class_names[class_id]}.{kind}", MEASURES[kind], class_id)

    def is_measurable(self, label_map):
        """Whether a label map (h, w) has enough pixels of the class, if any."""
        return self.class_id is None or np.mean(label_map == self.class_id) >= LEAST_SHARE

    def of(self, image, label_map):
        """Measures a picture uint8 (h, w, 3) of a label map int (h, w)."""
        is_measured = ... if self.class_id is None else label_map == self.class_id
        return float(self.measure(image[is_measured].reshape(-1, 3) / 255))
