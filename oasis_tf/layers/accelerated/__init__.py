"""The computations of `oasis_tf.layers.portable` in less time, on TensorFlow."""

from oasis_tf.layers.accelerated.activation import leaky_relu
from oasis_tf.layers.accelerated.batch_norm import batch_normalize
from oasis_tf.layers.accelerated.convolution import convolve
from oasis_tf.layers.accelerated.modulation import worthwhile_neighbourhoods
from oasis_tf.layers.accelerated.placement import of_training
from oasis_tf.layers.accelerated.recomputation import recomputed
from oasis_tf.runtime.noise import not_clustered

COUNTS_NEIGHBOURHOODS = True

__all__ = [
    "COUNTS_NEIGHBOURHOODS",
    "batch_normalize",
    "convolve",
    "worthwhile_neighbourhoods",
    "leaky_relu",
    "not_clustered",
    "of_training",
    "recomputed",
]
