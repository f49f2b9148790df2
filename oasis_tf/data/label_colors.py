"""Label PNGs that hold colours."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.dataset_info import Color
from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.label_code import INVALID, PALETTE, RGB, RGBA, LabelCode
from oasis_tf.data.label_palette import packed, unpacked
from oasis_tf.data.source import checked_names


class LabelColors(LabelCode):
    """8-bit RGB PNGs, or palette PNGs of such colours, in which every colour is that of one class.

    Any other colour is an error, also one in between, as smoothing and JPEG make them. An alpha
    channel is ignored.

    Args:
        colors: for each class, void first, its RGB colours 0..255: one, several, or none if it does
            not occur in the label maps. `save` writes the first one.
        class_names: names of the classes in errors, void first; default "class 1" and so on.
    Raises: DataError for a colour out of range, or one with two classes.
    """

    form = "8-bit RGB, RGBA or palette PNG of the classes' colours"
    kind = "colour"

    def __init__(
        self, colors: Sequence[Sequence[Color]], *, class_names: Sequence[str] | None = None
    ):
        self.num_classes = len(colors)
        self.class_names = checked_names(class_names, num_classes=len(colors))
        called = class_names or range(len(colors))
        self.colors = [[_checked(color) for color in of_class] for of_class in colors]
        self.class_of: dict[Color, int] = {}
        for class_id, of_class in enumerate(self.colors):
            for color in of_class:
                other = self.class_of.setdefault(color, class_id)
                if other != class_id:
                    raise DataError(
                        f"label_colors gives {list(color)} to the classes {called[other]} "
                        f"and {called[class_id]}; a colour can have one class only."
                    )
        if not self.class_of:
            raise DataError("label_colors holds no colour.")
        with tf.device("CPU:0"):  # tf.data runs there
            self.table = tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(
                    packed(tf.constant(list(self.class_of))),
                    tf.constant(list(self.class_of.values())),
                ),
                default_value=INVALID,
            )

    def decode(self, contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `LabelCode.decode`."""
        label_map = self._classes_of(tf.io.decode_png(contents, channels=3))
        return tf.cast(label_map, tf.uint8), tf.reduce_min(label_map) != INVALID

    def meaning(self) -> str:
        """See `LabelCode.meaning`."""
        return "colors " + hashlib.sha256(repr(self.colors).encode()).hexdigest()

    def save(self, label_map: np.ndarray, path: Path | str, *, palette: np.ndarray) -> None:
        """See `LabelCode.save`."""
        first = [of_class[0] if of_class else (0, 0, 0) for of_class in self.colors]
        Image.fromarray(np.array(first, np.uint8)[label_map]).save(path, format="PNG")

    def class_ids(self) -> list[int]:
        """See `LabelCode.class_ids`."""
        return [class_id for class_id, of_class in enumerate(self.colors) if of_class]

    def values(self) -> list[list[list[int]]]:
        """See `LabelCode.values`."""
        return [[list(color) for color in of_class] for of_class in self.colors]

    def _check_mode(self, image: Image.Image, *, path: Path | str) -> None:
        if image.mode not in ("RGB", "RGBA", "P") or image.tile[0][3].endswith(";16B"):
            raise DataError(
                f"{path}: a label map of colours must be an 8-bit PNG of Pillow's mode RGB, RGBA "
                f"or P; this one has mode {image.mode} ({image.tile[0][3]})."
            )

    def _accepts(self, color_type: tf.Tensor, bit_depth: tf.Tensor) -> tf.Tensor:
        is_color = (color_type == RGB) | (color_type == RGBA)
        return (color_type == PALETTE) | is_color & (bit_depth == b"\x08")

    def _translate(self, image: Image.Image, *, path: Path | str) -> np.ndarray:
        rgb = np.array(image.convert("RGB"), np.int32)
        label_map = self._classes_of(rgb).numpy()
        if np.any(label_map == INVALID):
            complaint = f"{path}: {self._complaint(rgb[label_map == INVALID])}"
            raise FileProblem(complaint, path=Path(path), kind="out of range")
        return label_map

    def _classes_of(self, rgb) -> tf.Tensor:
        """Class ids, or `INVALID`, of colours (..., 3): int32 (...)."""
        return self.table.lookup(packed(tf.cast(rgb, tf.int32)))

    def _complaint(self, wrong: np.ndarray) -> str:
        """The sentence about pixels (n, 3) of unknown colours; it names the most frequent one."""
        numbers, counts = np.unique(packed(wrong), return_counts=True)
        color = np.array(unpacked(int(numbers[np.argmax(counts)])))
        nearest = min(self.class_of, key=lambda known: np.sum((color - known) ** 2))
        more = f" (and {len(numbers) - 1} more such colours)" if len(numbers) > 1 else ""
        return (
            f"the label map holds the colour {color.tolist()}{more}, which label_colors gives to "
            f"no class; the nearest known is {list(nearest)}, "
            f"{self.class_names[self.class_of[nearest]]}. Label maps must not be smoothed or "
            "stored as JPEG."
        )


def _checked(color: Sequence[int]) -> Color:
    red_green_blue = tuple(int(channel) for channel in color)
    if len(red_green_blue) != 3 or not all(0 <= channel <= 255 for channel in red_green_blue):
        raise DataError(f"label_colors has {list(color)}; a colour is three numbers 0..255.")
    return red_green_blue
