"""Batch normalisation without scale and offset, synchronised over replicas."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="oasis_tf")
class ParamFreeBatchNorm(keras.layers.Layer):
    """Gives every channel mean 0 and variance 1; the modulation around it does the rest.

    With `training=True` the moments are those of the whole global batch (all replicas) and the
    running moments follow them: `running = momentum * running + (1 - momentum) * batch`. The
    normalisation uses the biased variance, the running variance is unbiased, as in PyTorch
    (`keras.layers.BatchNormalization` keeps the biased one). With `training=False` the running
    moments are used.

    Args:
        momentum: float in [0, 1).
        epsilon: float, added to the variance.
    Input shape: (b, h, w, c). Output shape: the same. Moments are float32 whatever the policy.
    Reference: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1.
    """

    def __init__(self, momentum=0.9, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        self.running_mean = self._moment("running_mean", input_shape[-1], "zeros")
        self.running_variance = self._moment("running_variance", input_shape[-1], "ones")

    def _moment(self, name, size, initializer):
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=initializer,
            trainable=False,
            autocast=False,
            aggregation="mean",
        )

    def call(self, inputs, training=False):
        x = ops.cast(inputs, "float32")
        if training:
            mean, variance, count = _global_moments(x)
            self._follow(mean, variance * count / ops.maximum(count - 1.0, 1.0))
        else:
            mean = ops.convert_to_tensor(self.running_mean)
            variance = ops.convert_to_tensor(self.running_variance)
        scale = ops.rsqrt(variance + self.epsilon)
        return ops.cast((x - mean) * scale, self.compute_dtype)

    def _follow(self, mean, variance):
        for running, batch in ((self.running_mean, mean), (self.running_variance, variance)):
            batch = ops.stop_gradient(batch)
            running.assign(self.momentum * running + (1.0 - self.momentum) * batch)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}


def _global_moments(x):
    """Mean (c,), biased variance (c,) and element count of x (b, h, w, c) over all replicas."""
    replicas = tf.distribute.get_replica_context()
    count = ops.cast(ops.size(x) // x.shape[-1], "float32")
    if replicas is None or replicas.num_replicas_in_sync == 1:
        mean, variance = tf.nn.moments(x, axes=(0, 1, 2))
        return mean, variance, count
    total, count = replicas.all_reduce("sum", (tf.reduce_sum(x, (0, 1, 2)), count))
    mean = total / count
    squares = tf.reduce_sum(tf.math.squared_difference(x, mean), (0, 1, 2))
    return mean, replicas.all_reduce("sum", squares) / count, count
