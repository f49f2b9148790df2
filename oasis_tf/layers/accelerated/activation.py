"""The leaky ReLU that TensorFlow's graph optimizer does not fuse."""

import tensorflow as tf


def leaky_relu(x, *, negative_slope):
    """As `portable.leaky_relu`.

    TensorFlow 2.21's graph optimizer fuses convolution, bias, sum and LeakyRelu even where other
    ops use the sum too (its gradient, a shortcut); the fusion fails and logs an error at every
    start. EnsureShape, a no-op at run time, prevents the fusion.
    """
    return tf.nn.leaky_relu(tf.ensure_shape(x, x.shape), alpha=negative_slope)
