"""The signature of .tflite files: names, shapes and dtypes of inputs and outputs.

`label_map` float32 (1, h, w, 1), class ids; `z` float32 (1, z_dim), unless the generator is without
noise -> `image` (1, h, w, 3), float32 in [0, 1] or uint8. Ids are floats because GPU delegates
compare integers wrongly, without an error.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from oasis_tf.models import OASISGenerator

OUTPUTS = ("float32", "uint8")


def input_specs(generator: OASISGenerator) -> dict[str, tf.TensorSpec]:
    """Dict of name to `tf.TensorSpec`; all shapes are static."""
    specs = {"label_map": tf.TensorSpec((1, *generator.image_size, 1), tf.float32, "label_map")}
    if generator.z_dim:
        specs["z"] = tf.TensorSpec((1, generator.z_dim), tf.float32, "z")
    return specs


def phone_signature(generator: OASISGenerator, *, output: str) -> Callable:
    """A function for `tf.saved_model.save`.

    Args:
        generator: a folded `OASISGenerator`.
        output: dtype of the image, one of `OUTPUTS`.
    """

    @tf.function(input_signature=list(input_specs(generator).values()))
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
        z: float (z_dim,), empty for a generator without noise.
    """
    inputs = {"label_map": np.float32(label_map)[None, :, :, None]}
    return inputs | ({"z": np.float32(z)[None]} if len(z) else {})
