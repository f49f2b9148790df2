"""The base class of the two kinds of label PNGs: ids and colours."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.errors import DataError
from oasis_tf.data.picture_file import opened_picture
from oasis_tf.data.png_chunks import SIGNATURE

MAX_PIXELS = 2**24  # 4096x4096, for .npy; for served PNGs see export/png_limits.py
INVALID = -1  # a pixel of no class
PNG_BIT_DEPTH, PNG_COLOR_TYPE = 24, 25  # offsets in a PNG
GREY, RGB, PALETTE, RGBA = b"\0", b"\2", b"\3", b"\6"  # color types


class LabelCode:
    """Reads and writes label PNGs whose pixels are ids (`LabelIds`) or colours (`LabelColors`).

    Label maps are class ids in [0, num_classes), 0 = void.

    Attributes:
        form: str, description of the PNGs.
        kind: str, what a pixel's value is: "id" or "colour".
        num_classes: int, counts void.
    """

    form: str
    kind: str
    num_classes: int

    def read(self, path: Path | str) -> np.ndarray:
        """Reads one label PNG.

        Returns: int32 (h, w).
        Raises: DataError naming the file and what is wrong with it.
        """
        with opened_picture(path, kind="label map") as image:
            self.check_header(image, path=path)
            return self._translate(image, path=path)

    def check_header(self, image: Image.Image, *, path: Path | str) -> None:
        """Raises a DataError unless the opened image, not decoded yet, can be such a label map."""
        if image.format != "PNG":
            raise DataError(
                f"{path}: a label map must be a PNG, which keeps pixels exactly; this is "
                f"{image.format}."
            )
        self._check_mode(image, path=path)

    def accepts_header(self, contents: tf.Tensor) -> tf.Tensor:
        """`check_header` with TensorFlow ops, on the bytes of a file: bool ()."""
        is_png = tf.strings.substr(contents, 0, len(SIGNATURE)) == SIGNATURE
        bit_depth = tf.strings.substr(contents, PNG_BIT_DEPTH, 1)
        return is_png & self._accepts(tf.strings.substr(contents, PNG_COLOR_TYPE, 1), bit_depth)

    def decode(self, contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Reads one label PNG with TensorFlow ops, from the bytes of its file.

        Returns: uint8 (h, w); and bool (), whether every pixel has a class. If not, the label map
            is invalid, and `read` raises an error.
        """
        raise NotImplementedError

    def meaning(self) -> str:
        """A text that is different for codes that read the same file differently."""
        raise NotImplementedError

    def save(self, label_map: np.ndarray, path: Path | str, *, palette: np.ndarray) -> None:
        """Writes a label map that `read` reads.

        Args:
            label_map: int (h, w).
            path: the PNG.
            palette: uint8 (num_classes, 3), colours of the classes; unused if pixels are colours.
        """
        raise NotImplementedError

    def class_ids(self) -> list[int]:
        """The classes that can occur in these label PNGs, in increasing order."""
        raise NotImplementedError

    def values(self) -> list[list[int] | list[list[int]]]:
        """For each class its ids, or its RGB colours; an empty list for a class without any."""
        raise NotImplementedError

    def _check_mode(self, image: Image.Image, *, path: Path | str) -> None:
        raise NotImplementedError

    def _accepts(self, color_type: tf.Tensor, bit_depth: tf.Tensor) -> tf.Tensor:
        raise NotImplementedError

    def _translate(self, image: Image.Image, *, path: Path | str) -> np.ndarray:
        raise NotImplementedError
