"""The signature of .tflite files: names, shapes and dtypes of inputs and outputs.

`label_map` float32 (1, h, w, 1), class ids; `z` float32 (1, z_dim), unless the generator is without
noise, or in its place `noise_map` float32 (1, h, w, z_dim) -> `image` (1, h, w, 3), float32 in
[0, 1] or uint8. Ids are floats because GPU delegates compare integers wrongly, without an error.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from oasis_tf.models import OASISGenerator

OUTPUTS = ("float32", "uint8")


def input_specs(generator: OASISGenerator, *, noise: str) -> dict[str, tf.TensorSpec]:
    """Dict of name to `tf.TensorSpec`; all shapes are static."""
    size = generator.image_size
    specs = {"label_map": tf.TensorSpec((1, *size, 1), tf.float32, "label_map")}
    if noise == "map":
        shape = (1, *size, generator.z_dim)
        specs["noise_map"] = tf.TensorSpec(shape, tf.float32, "noise_map")
    elif generator.z_dim:
        specs["z"] = tf.TensorSpec((1, generator.z_dim), tf.float32, "z")
    return specs


def phone_signature(generator: OASISGenerator, *, output: str, noise: str) -> Callable:
    """A function for `tf.saved_model.save`.

    Args:
        generator: a folded `OASISGenerator`.
        output: dtype of the image, one of `OUTPUTS`.
        noise: "vector", or "map" for a generator that takes noise maps.
    """

    @tf.function(input_signature=list(input_specs(generator, noise=noise).values()))
    def paint(label_map, z=None):
        image = generator(tf.squeeze(label_map, -1), z)
        if output == "uint8":  # product before sum: TensorFlow quantizes the other order wrongly
            return {"image": tf.cast(tf.round(image * 127.5 + 127.5), tf.uint8)}
        return {"image": image * 0.5 + 0.5}

    return paint


def as_inputs(label_map: np.ndarray, z: np.ndarray) -> dict[str, np.ndarray]:
    """The signature's inputs for one image: dict of name to array.

    Args:
        label_map: int (h, w).
        z: float (z_dim,), empty for a generator without noise; or a noise map (h, w, z_dim).
    """
    inputs = {"label_map": np.float32(label_map)[None, :, :, None]}
    name = "z" if np.ndim(z) == 1 else "noise_map"
    return inputs | ({name: np.float32(z)[None]} if len(z) else {})
