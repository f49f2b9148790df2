"""The one non-linearity of both networks outside SPADE."""

from oasis_tf.layers import strategies

NEGATIVE_SLOPE = 0.2


def leaky_relu(x):
    """max(x, 0.2 x), any shape."""
    return strategies.leaky_relu(x, negative_slope=NEGATIVE_SLOPE)
