"""Halving and doubling the resolution, and borders."""

from keras import ops


@ops.custom_gradient
def upsample(x):
    """Nearest-neighbour doubling, (b, h, w, c) -> (b, 2h, 2w, c).

    Its gradient, the sum of each 2x2 square, is computed as a mean. TensorFlow's own gradient is
    an op that XLA cannot compile, and takes up to twice as long on a CPU.
    """

    def gradient(*upstreams, upstream=None):  # PyTorch passes x, and this by its name
        return 4.0 * downsample(upstreams[0] if upstream is None else upstream)

    size = (2 * x.shape[1], 2 * x.shape[2])
    doubled = ops.image.resize(x, size, interpolation="nearest", data_format="channels_last")
    return doubled, gradient


def upsample_bilinear(x):
    """Bilinear doubling, (b, h, w, c) -> (b, 2h, 2w, c): nearest, then blurred by 1, 2, 1."""
    size = (2 * x.shape[1], 2 * x.shape[2])
    return ops.image.resize(x, size, interpolation="bilinear", data_format="channels_last")


def replicate_border(x, width):
    """Repeats the outermost pixels: (b, h, w, c) -> (b, h + 2 * width, w + 2 * width, c).

    Slices and concatenations: delegates of phones refuse the op that TensorFlow has for it.
    """
    for axis in (1, 2):
        first, last = (x[:, :1], x[:, -1:]) if axis == 1 else (x[:, :, :1], x[:, :, -1:])
        x = ops.concatenate([*[first] * width, x, *[last] * width], axis=axis)
    return x


def downsample(x):
    """Mean of each 2x2 square, (b, 2h, 2w, c) -> (b, h, w, c)."""
    return ops.average_pool(x, 2, strides=2, data_format="channels_last")
