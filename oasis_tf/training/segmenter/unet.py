"""A small U-Net of Keras layers only, so that its file needs no other package."""

import keras

from oasis_tf.runtime.keras_settings import require_channels_last

DEEPEST = 5  # halvings at most
SMALLEST = 3  # pixels a side of the smallest map at least
WIDEST = 8  # times the channels of the first level, at most


def unet(num_logits, *, size, channels=16):
    """Builds a U-Net (Ronneberger et al. 2015, arXiv:1505.04597) with batch normalisation.

    The encoder halves the image as often as `size` allows, at most five times, and doubles the
    channels each time, up to eight times the first level's. The decoder mirrors it.

    Args:
        num_logits: int, k.
        size: (height, width) of the images; other sizes work if they can be halved as often.
        channels: int, at full resolution.
    Returns: keras.Model, float (b, h, w, 3) in [-1, 1] -> logits float32 (b, h, w, k).
    """
    require_channels_last("the U-Net")
    widths = [channels * min(2**level, WIDEST) for level in range(_depth(size) + 1)]
    image = x = keras.Input((None, None, 3))
    skips = []
    for width in widths[:-1]:
        x = _two_convolutions(x, width)
        skips.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = _two_convolutions(x, widths[-1])
    for width, skip in zip(reversed(widths[:-1]), reversed(skips), strict=True):
        x = keras.layers.Conv2D(width, 1, use_bias=False)(x)  # at the resolution where it is cheap
        x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
        x = _two_convolutions(keras.layers.Concatenate()([skip, x]), width)
    logits = keras.layers.Conv2D(num_logits, 1, dtype="float32")(x)
    return keras.Model(image, logits, name="U-Net")


def _two_convolutions(x, width):
    for _ in range(2):
        x = keras.layers.Conv2D(
            width, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
        )(x)
        x = keras.layers.BatchNormalization(momentum=0.95)(x)  # runs are short
        x = keras.layers.ReLU()(x)
    return x


def _depth(size):
    """How often both sides halve without a rest, within bounds."""
    depth = 0
    while depth < DEEPEST and all(
        side % 2 ** (depth + 1) == 0 and side >= SMALLEST * 2 ** (depth + 1) for side in size
    ):
        depth += 1
    return depth
