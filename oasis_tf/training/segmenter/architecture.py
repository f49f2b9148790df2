"""Networks for training: a U-Net, or SegFormer with keras-hub's encoder."""

import keras
import numpy as np

from oasis_tf.segmenters.errors import SegmenterError
from oasis_tf.segmenters.keras_hub import import_keras_hub, pixel_range_of
from oasis_tf.training.segmenter.unet import unet

UNET = "unet"
PROJECTION = 256  # channels of SegFormer's head, as in its B0 and B1


def build_network(architecture, *, num_logits, size, channels):
    """Builds a network to be trained.

    Args:
        architecture: "unet"; or the name or folder of a preset of keras-hub's `MiTBackbone`, with
            whose weights SegFormer is initialised.
        num_logits: int, k. size: (height, width) of the images. channels: int, of `unet`.
    Returns: keras.Model, float (b, *size, 3) in [-1, 1] -> logits float32 (b, *size, k); list of
        the packages that its file needs beside Keras.
    Raises: SegmenterError.
    """
    if architecture == UNET:
        return unet(num_logits, size=size, channels=channels), []
    return _segformer(architecture, num_logits=num_logits, size=size), ["keras-hub"]


def _segformer(preset, *, num_logits, size):
    keras_hub = import_keras_hub()
    try:
        encoder = keras_hub.models.MiTBackbone.from_preset(preset, image_shape=(*size, 3))
        converter = keras_hub.layers.ImageConverter.from_preset(preset)
    except Exception as error:  # errors of keras-hub, Kaggle or the files
        reason = " ".join(str(error).split())[:300]
        raise SegmenterError(
            f"--architecture {preset}: no SegFormer for images of {size[0]}x{size[1]} can be made "
            f"of it; it must be {UNET}, or a preset of keras-hub's MiT encoder: {reason}"
        ) from error
    backbone = keras_hub.models.SegFormerBackbone(
        image_encoder=encoder, projection_filters=PROJECTION
    )
    segmenter = keras_hub.models.SegFormerImageSegmenter(backbone=backbone, num_classes=num_logits)
    image = keras.Input((*size, 3))
    return keras.Model(image, segmenter(_rescaling(converter)(image)), name="SegFormer")


def _rescaling(converter):
    """Maps [-1, 1] to the encoder's input range."""
    low, high = np.asarray(pixel_range_of(converter) or [[-1] * 3, [1] * 3])
    return keras.layers.Rescaling(((high - low) / 2).tolist(), ((high + low) / 2).tolist())
