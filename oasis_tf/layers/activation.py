"""The one non-linearity of both networks outside SPADE."""

import tensorflow as tf

NEGATIVE_SLOPE = 0.2


def leaky_relu(x):
    """max(x, 0.2 x), any shape.

    TensorFlow 2.21's graph optimizer fuses convolution, bias, sum and LeakyRelu even where the sum
    has other readers (its gradient, a shortcut), fails on it and reports an error at every start.
    EnsureShape, which does nothing at run time, keeps it from trying.
    """
    return tf.nn.leaky_relu(tf.ensure_shape(x, x.shape), alpha=NEGATIVE_SLOPE)
