"""The signatures of a SavedModel, and their errors for bad requests.

`serving_default`  label_map int32 (b, h, w), seed int64 (b)                -> image
`with_z`           label_map, z float32 (b, z_dim)                          -> image
`with_noise`       label_map, noise_map float32 (b, h, w, z_dim)            -> image
`png`              label_png_bytes string (b), seed int64 (b)               -> image_png_bytes

image is uint8 (b, h, w, 3); image_png_bytes string (b). Label PNGs are as in the run's data set,
ids or colours, of any size. A seed gives the same image whatever else is in the batch. A bad
example is an INVALID_ARGUMENT that names its position. All ops are core TensorFlow ops.
"""

from collections.abc import Callable

import tensorflow as tf

from oasis_tf.data.label_code import LabelCode
from oasis_tf.export.saved_model.label_pngs import decode_label_pngs
from oasis_tf.export.saved_model.requests import required
from oasis_tf.models import OASISGenerator
from oasis_tf.runtime import noise


def signatures_of(generator: OASISGenerator, label_code: LabelCode) -> dict[str, Callable]:
    """Functions for `tf.saved_model.save`.

    Args:
        generator: a folded `OASISGenerator`.
        label_code: `LabelCode` of its label PNGs.
    Returns: dict of name to function. A generator without noise has neither `with_z` nor
        `with_noise`, and ignores seeds; one that takes no noise maps has no `with_noise`.
    """
    paint = _painting(generator)
    signatures = {
        "serving_default": _from_seeds(paint, generator),
        "png": _from_pngs(paint, generator, label_code),
    }
    if generator.z_dim:
        signatures["with_z"] = _from_z(paint, generator)
        if generator.takes_noise_maps:
            signatures["with_noise"] = _from_noise_maps(paint, generator)
    return signatures


def resources_of(generator: OASISGenerator, label_code: LabelCode) -> tf.Module:
    """A `tf.Module` with the variables and tables that the signatures use, without Keras."""
    module = tf.Module()
    module.weights = [variable.value for variable in generator.weights]
    module.tables = [
        table for table in vars(label_code).values() if isinstance(table, tf.lookup.StaticHashTable)
    ]
    return module


def _painting(generator):
    """function(label_map, z) -> uint8 (b, h, w, 3), which fails for ids that are no class."""

    def paint(label_map, z):
        label_map = _with_known_ids(label_map, num_classes=generator.num_classes)
        image = generator(label_map, z if generator.z_dim else None)
        return tf.cast(tf.round((image + 1.0) * 127.5), tf.uint8)

    return paint


def _from_seeds(paint, generator):
    @tf.function(input_signature=[_label_map_spec(generator), _seed_spec()])
    def serving_default(label_map, seed):
        label_map = _of_shape(label_map, generator.image_size, name="label_map")
        seed = _one_each(_of_shape(seed, (), name="seed"), label_map, name="seed")
        return {"image": paint(label_map, noise.seeded_noise(seed, generator.z_dim))}

    return serving_default


def _from_z(paint, generator):
    z_spec = tf.TensorSpec((None, generator.z_dim), tf.float32, name="z")

    @tf.function(input_signature=[_label_map_spec(generator), z_spec])
    def with_z(label_map, z):
        label_map = _of_shape(label_map, generator.image_size, name="label_map")
        return {"image": paint(label_map, _checked_noise(z, label_map, spec=z_spec))}

    return with_z


def _from_noise_maps(paint, generator):
    shape = (None, *generator.image_size, generator.z_dim)
    spec = tf.TensorSpec(shape, tf.float32, name="noise_map")

    @tf.function(input_signature=[_label_map_spec(generator), spec])
    def with_noise(label_map, noise_map):
        label_map = _of_shape(label_map, generator.image_size, name="label_map")
        return {"image": paint(label_map, _checked_noise(noise_map, label_map, spec=spec))}

    return with_noise


def _from_pngs(paint, generator, label_code):
    png_spec = tf.TensorSpec((None,), tf.string, name="label_png_bytes")

    @tf.function(input_signature=[png_spec, _seed_spec()])
    def png(label_png_bytes, seed):
        label_png_bytes = _of_shape(label_png_bytes, (), name="label_png_bytes")
        seed = _one_each(_of_shape(seed, (), name="seed"), label_png_bytes, name="seed")
        label_map = decode_label_pngs(label_png_bytes, label_code, size=generator.image_size)
        images = paint(label_map, noise.seeded_noise(seed, generator.z_dim))
        encoded = tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
        return {"image_png_bytes": encoded}

    return png


def _label_map_spec(generator):
    return tf.TensorSpec((None, *generator.image_size), tf.int32, name="label_map")


def _seed_spec():
    return tf.TensorSpec((None,), tf.int64, name="seed")


def _of_shape(x, shape, *, name):
    """`x`; fails if its examples have another shape.

    Servers do not compare shapes with the signature's. The placeholder hides the static shape from
    the graph's optimizers, which would remove the check as redundant.
    """
    x = tf.raw_ops.PlaceholderWithDefault(input=x, shape=[None] * x.shape.rank, name=name)
    return tf.ensure_shape(x, (None, *shape))


def _one_each(x, label_map, *, name):
    """`x`; fails if there is not one for each example, or if there are none."""
    counts = (tf.shape(x)[0], tf.shape(label_map)[0])
    return required(
        (counts[0] == counts[1]) & (counts[0] > 0),
        x,
        lambda: tf.strings.format(
            name + ": there are {} for {} label maps; one an example is needed", counts
        ),
    )


def _checked_noise(z, label_map, *, spec):
    z = _one_each(_of_shape(z, spec.shape[1:], name=spec.name), label_map, name=spec.name)
    finite = tf.reduce_all(tf.math.is_finite(z), axis=range(1, z.shape.rank))
    return required(
        tf.reduce_all(finite),
        z,
        lambda: tf.strings.format(
            spec.name + ": example {} is not finite", tf.where(~finite)[0, 0]
        ),
    )


def _with_known_ids(label_map, *, num_classes):
    wrong = (label_map < 0) | (label_map >= num_classes)

    def complaint():
        position = tf.where(wrong)[0]
        found = (position[0], tf.gather_nd(label_map, position), position[1], position[2])
        return tf.strings.format(
            "label_map: example {} holds the id {} at row {}, column {}; ids are 0..{}",
            (*found, num_classes - 1),
        )

    return required(~tf.reduce_any(wrong), label_map, complaint)
