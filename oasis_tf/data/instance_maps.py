"""Instance maps: PNGs with a number for every pixel, the same for all pixels of one object.

Only whether two pixels have the same number matters: numbers of other images are independent.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.image_file import UNDECODABLE
from oasis_tf.data.label_code import PALETTE, PNG_BIT_DEPTH, PNG_COLOR_TYPE, RGB
from oasis_tf.data.label_ids import palette_indices
from oasis_tf.data.picture_file import opened_picture

KIND = "instance map"
MODES = ("1", "L", "P", "I;16", "I", "RGB")  # of Pillow
BASES = (1, 256, 256**2)  # of red, green and blue in the number of an RGB pixel


def read_instances(path: Path | str) -> np.ndarray:
    """Reads one instance map: int32 (h, w).

    Raises: DataError naming the file and what is wrong with it.
    """
    with opened_picture(path, kind=KIND) as image:
        _check_header(image, path=path)
    try:
        return decode_instances(Path(path).read_bytes()).numpy()
    except UNDECODABLE as error:
        raise DataError(f"{path}: the {KIND} cannot be decoded.") from error


def decode_instances(contents: tf.Tensor) -> tf.Tensor:
    """Decodes the bytes of an instance map.

    Args:
        contents: string (), a PNG: grey of up to 16 bits; or palette, whose indices are the
            numbers; or RGB of 8 bits, whose numbers are R + 256 G + 65536 B.
    Returns: int32 (h, w).
    """
    color_type = tf.strings.substr(contents, PNG_COLOR_TYPE, 1)
    has_16_bits = tf.strings.substr(contents, PNG_BIT_DEPTH, 1) == b"\x10"

    def grey(dtype):
        return tf.cast(tf.io.decode_png(contents, channels=1, dtype=dtype)[..., 0], tf.int32)

    def of_colors():
        colors = tf.cast(tf.io.decode_png(contents, channels=3), tf.int32)
        return tf.reduce_sum(colors * BASES, axis=-1)

    numbers = tf.case(
        [
            (color_type == RGB, of_colors),
            (color_type == PALETTE, lambda: tf.cast(palette_indices(contents), tf.int32)),
            (has_16_bits, lambda: grey(tf.uint16)),
        ],
        default=lambda: grey(tf.uint8),
    )
    return tf.ensure_shape(numbers, (None, None))


def save_instances(instance_map: np.ndarray, path: Path | str) -> None:
    """Writes an instance map int (h, w), below 2**24, as an RGB PNG that `read_instances` reads."""
    colors = instance_map[..., None] // np.array(BASES) % 256
    Image.fromarray(colors.astype(np.uint8)).save(path, format="PNG")


def with_instances(label_map: tf.Tensor, instance_map: tf.Tensor) -> tf.Tensor:
    """The panoptic map of both: int32 (h, w, 2). At run time, an error if their sizes differ."""
    instance_map = tf.broadcast_to(instance_map, tf.shape(label_map))
    return tf.stack([tf.cast(label_map, tf.int32), instance_map], axis=-1)


def without_instances(
    images: Mapping[str, Path],
    labels: Mapping[str, Path],
    instances: Mapping[str, Path],
    *,
    folder: Path,
) -> Iterator[FileProblem]:
    """Problems of pairs without an instance map.

    Args:
        images, labels, instances: paths by name, see `list_files`. folder: of the instance maps.
    """
    for name, path in labels.items():
        if name in images and name not in instances:
            reason = (
                f"{path}: there is no {KIND} named {name!r} below {folder}. data.instances needs "
                "one for each label map, of the same name without suffix and ending."
            )
            yield FileProblem(reason, path=path, kind="unpaired")


def instance_problems(path: Path, label_path: Path, *, decode: bool = False) -> list[FileProblem]:
    """Checks that an instance map is one, and has its label map's size.

    Args:
        decode: whether to decode it too; else its header is read.
    """
    try:
        with opened_picture(path, kind=KIND) as image:
            _check_header(image, path=path)
            size = image.size
        if decode:
            read_instances(path)
    except DataError as error:
        return [FileProblem(str(error), path=path, kind="unreadable")]
    try:
        with opened_picture(label_path, kind="label map") as image:
            label_size = image.size
    except DataError:  # a problem of the label map, which is found by itself
        return []
    if size == label_size:
        return []
    reason = (
        f"{path}: the {KIND} is {size[1]}x{size[0]} pixels (height x width) and its label map "
        f"{label_path.name} {label_size[1]}x{label_size[0]}; both must have the same size."
    )
    return [FileProblem(reason, path=path, kind="misshapen")]


def _check_header(image: Image.Image, *, path: Path | str) -> None:
    if image.format != "PNG":
        raise DataError(
            f"{path}: an {KIND} must be a PNG, which keeps numbers exactly; this is {image.format}."
        )
    raw_mode = image.tile[0][3]
    if image.mode not in MODES or image.mode == "RGB" != raw_mode:
        raise DataError(
            f"{path}: an {KIND} must be a PNG with one number a pixel: grey of 8 or 16 bits, "
            f"palette, or RGB of 8 bits; this one has Pillow's mode {image.mode} ({raw_mode})."
        )
