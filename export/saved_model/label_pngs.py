"""Decodes the label PNGs of a request; errors name the position."""

import tensorflow as tf

from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.transforms import resize_label_map
from oasis_tf.export.png_limits import MAX_PIXELS
from oasis_tf.export.saved_model.requests import required

PNG_SIZE = 16  # offset of width and height in a PNG, four bytes each


def decode_label_pngs(
    pngs: tf.Tensor, label_code: LabelCode, *, size: tuple[int, int]
) -> tf.Tensor:
    """Reads a batch of label PNGs of any size.

    Args:
        pngs: string (b).
        label_code: `LabelCode`.
        size: (h, w) to resize to, by nearest neighbour.
    Returns: label maps, int32 (b, h, w). The request fails and names the position if one is no
        PNG, is damaged, too large, or has an id or colour of no class.
    """

    def decode(png):
        return _decode_or_zeros(png, label_code, size=size)

    label_maps, readable, valid = tf.map_fn(
        decode,
        pngs,
        fn_output_signature=(
            tf.TensorSpec(size, tf.int32),
            tf.TensorSpec((), tf.bool),
            tf.TensorSpec((), tf.bool),
        ),
    )
    form = f"is no {label_code.form}, damaged, or over {MAX_PIXELS} pixels"
    label_maps = _required_of_all(readable, label_maps, form)
    return _required_of_all(
        valid, label_maps, "holds an id or a colour that stands for no class of this model"
    )


def _required_of_all(conditions, x, complaint):
    return required(
        tf.reduce_all(conditions),
        x,
        lambda: tf.strings.format(
            "label_png_bytes: example {} " + complaint, tf.where(~conditions)[0, 0]
        ),
    )


def _decode_or_zeros(png, label_code, *, size):
    """Returns: label map int32 (*size), whether the PNG is readable, whether all pixels are valid.

    A data set is used because it can drop elements whose ops fail.
    """

    def decode(png):
        sides = tf.io.decode_raw(tf.strings.substr(png, PNG_SIZE, 8), tf.int32, little_endian=False)
        is_small = tf.reduce_prod(tf.cast(sides, tf.int64)) <= MAX_PIXELS
        tf.debugging.Assert(is_small & label_code.accepts_header(png), [""])
        label_map, valid = label_code.decode(png)
        return tf.cast(resize_label_map(label_map, size=size), tf.int32), True, valid

    decoded = tf.data.Dataset.from_tensors(png).map(decode).ignore_errors()
    nothing = tf.data.Dataset.from_tensors((tf.zeros(size, tf.int32), False, True))
    return decoded.concatenate(nothing).take(1).get_single_element()
