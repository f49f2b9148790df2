"""The base class of data sets, and the checks of class names and palettes."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.data.errors import DataError, FileProblem


class Source:
    """A sized, randomly accessible set of pairs (image, label map).

    Attributes:
        num_classes: int, counts the void class 0.
        class_names: tuple of `num_classes` str; the first is "void".
        palette: uint8 (num_classes, 3), the colour each class is shown in.
        names: sequence of str, the stable name of each example.
        has_instances: bool, whether label maps are panoptic maps: int32 (h, w, 2), the class and
            the number of the instance.
    """

    num_classes: int
    class_names: tuple[str, ...]
    palette: np.ndarray
    names: Sequence[str]
    has_instances: bool = False

    def __len__(self) -> int:
        return len(self.names)

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Loads one example with TensorFlow ops, eagerly or inside tf.data.

        Args:
            index: int64 scalar in [0, len(self)).
        Returns: image uint8 (h, w, 3); label map uint8 (h, w) in [0, num_classes), or a panoptic
            map, see `has_instances`.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Raises a `DataError` for the first fault that shows without decoding any example."""

    def file_problems(self) -> list[FileProblem]:
        """Problems of files outside of the examples, such as an image without a label map."""
        return []

    def file_sizes(self) -> dict[str, list[int]] | None:
        """For each example's name, the sizes in bytes of its image file, its label map, and its
        instance map if there is one.

        None where an example is not files of its own.
        """
        return None

    def folders(self) -> list[Path]:
        """Folders in which every picture is an example: no command may write there."""
        return []

    def examine(self, index: int) -> tuple[list[FileProblem], np.ndarray | None]:
        """Reads one example completely, eagerly.

        Returns: the problems of its files; its label map (h, w), or None if that cannot be read.
        """
        try:
            self.diagnose(index)
        except FileProblem as problem:
            return [problem], None
        return [], self.load(tf.constant(index, tf.int64))[1].numpy()

    def diagnose(self, index: int) -> None:
        """Loads one example eagerly and raises a `FileProblem` if that fails."""

    def identity(self) -> tuple[str, str]:
        """Identifies the examples for a cache.

        Returns: two texts, the location of the data and its state. While both stay the same, `load`
            returns the same.
        """
        raise DataError(
            f"data.cache needs data in files; {type(self).__name__} has none. Leave it out."
        )

    def suspects(self, message: str) -> Sequence[int]:
        """Indices of the examples that a TensorFlow error `message` points at."""
        del message
        return ()


def state_of_files(paths: Sequence[Path]) -> str:
    """A text that changes with the name, size or modification time of any file."""
    state = hashlib.sha256()
    for path in paths:
        status = os.stat(path)
        state.update(os.fsencode(path))
        state.update(f"\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return state.hexdigest()


def distinct_palette(num_classes: int) -> np.ndarray:
    """Colours far apart: hues advance by the golden angle, saturation and value alternate.

    Returns: uint8 (num_classes, 3); void (0) is black.
    """
    index = np.arange(num_classes)
    hue = (index * 0.61803398875) % 1.0
    saturation = np.array([0.85, 0.5, 0.7])[index % 3]
    value = np.array([0.95, 0.75, 0.55, 0.85])[index % 4]
    # HSV to RGB: each channel is a clipped triangle wave of the hue.
    wave = np.abs((hue[:, None] * 6 + np.array([0, 4, 2])) % 6 - 3) - 1
    rgb = value[:, None] * (1 - saturation[:, None] * (1 - np.clip(wave, 0, 1)))
    rgb[0] = 0
    return np.round(rgb * 255).astype(np.uint8)


def checked_names(class_names: Sequence[str] | None, *, num_classes: int) -> tuple[str, ...]:
    """The configured names, by default "class 1" and so on. The first is always "void".

    Raises: DataError if their number is wrong.
    """
    if class_names is None:
        return ("void", *(f"class {class_id}" for class_id in range(1, num_classes)))
    if len(class_names) != num_classes:
        raise DataError(
            f"class_names has {len(class_names)} names; num_classes={num_classes} (which counts "
            'void) needs as many, the first being "void".'
        )
    return ("void", *class_names[1:])


def checked_palette(
    palette: Sequence[Sequence[int]] | np.ndarray | None, *, num_classes: int
) -> np.ndarray:
    """The configured colours, by default `distinct_palette`: uint8 (num_classes, 3).

    Raises: DataError if their number or range is wrong.
    """
    if palette is None:
        return distinct_palette(num_classes)
    colours = np.asarray(palette)
    if colours.shape != (num_classes, 3) or colours.min() < 0 or colours.max() > 255:
        raise DataError(
            f"palette has shape {colours.shape}; it needs one RGB colour of 0..255 for each of "
            f"the {num_classes} classes, void first."
        )
    return colours.astype(np.uint8)
