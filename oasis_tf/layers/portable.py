"""The computations of the layers in `keras.ops`, for every backend."""

from contextlib import nullcontext

from keras import ops

from oasis_tf.layers.resample import downsample, replicate_border, upsample

COUNTS_NEIGHBOURHOODS = False  # `worthwhile_neighbourhoods` returns None


def convolve(inputs, kernel, *, padding="same", resample=None, winograd=True):
    """A convolution with stride 1.

    Args:
        inputs: float (b, h, w, c).
        kernel: float (kernel_h, kernel_w, c, filters).
        padding: "same" (zeros outside), "replicate" (the outermost pixels repeated outside; odd
            kernels) or "valid".
        resample: "up" to double the size before, "down" to halve it behind, or None.
        winograd: bool; TensorFlow's way, unused here.
    Returns: float (b, h', w', filters).
    """
    if resample == "up":
        inputs = upsample(inputs)
    if padding == "replicate":
        inputs, padding = replicate_border(inputs, kernel.shape[0] // 2), "valid"
    outputs = ops.conv(inputs, kernel, padding=padding, data_format="channels_last")
    return downsample(outputs) if resample == "down" else outputs


def batch_normalize(x, *, epsilon):
    """Gives every channel of a batch mean 0 and variance 1.

    Args:
        x: float32 (b, h, w, c).
        epsilon: float, added to the biased variance.
    Returns: normalized x; mean (c,); unbiased variance (c,).
    """
    mean, variance = ops.moments(x, axes=(0, 1, 2))
    count = ops.cast(ops.size(x) // x.shape[-1], "float32")
    normalized = (x - mean) * ops.rsqrt(variance + epsilon)
    return normalized, mean, variance * count / ops.maximum(count - 1.0, 1.0)


def leaky_relu(x, *, negative_slope):
    """max(x, negative_slope * x), any shape."""
    return ops.leaky_relu(x, negative_slope=negative_slope)


def worthwhile_neighbourhoods(label_map, noise=None, **settings):
    """None: modulation is dense. See `oasis_tf.layers.accelerated.modulation`."""


def of_training(training):
    """A context for the call of a network; this backend needs none."""
    return nullcontext()


def not_clustered():
    """A context for random draws; this backend needs none."""
    return nullcontext()


def recomputed(function, layer, *inputs):
    """`function(*inputs)`; networks train on TensorFlow only."""
    return function(*inputs)
