"""Batch normalisation without scale and offset, synchronised over replicas."""

import keras
import tensorflow as tf
from keras import ops

from oasis_tf.runtime.replicas import num_replicas, sum_over_replicas


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
        if not training:
            mean = ops.convert_to_tensor(self.running_mean)
            scale = ops.rsqrt(self.running_variance + self.epsilon)
            return ops.cast((x - mean) * scale, self.compute_dtype)
        if num_replicas() == 1:
            normalized, mean, unbiased_variance = self._normalize_fused(x)
        else:
            normalized, mean, unbiased_variance = self._normalize_synchronized(x)
        self._follow(mean, unbiased_variance)
        return ops.cast(normalized, self.compute_dtype)

    def _normalize_fused(self, x):
        """One kernel forward and one backward; it happens to return the unbiased variance."""
        ones = tf.ones(x.shape[-1])
        normalized, mean, unbiased_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=ones,
            offset=tf.zeros_like(ones),
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=self.epsilon,
            is_training=True,
        )
        return normalized, mean, unbiased_variance

    def _normalize_synchronized(self, x):
        """The same with moments over the batches of all replicas."""
        count = tf.cast(tf.size(x) // x.shape[-1], tf.float32)
        total, count = sum_over_replicas((tf.reduce_sum(x, (0, 1, 2)), count))
        mean = total / count
        squares = sum_over_replicas(tf.reduce_sum((x - mean) ** 2, (0, 1, 2)))
        normalized = (x - mean) * tf.math.rsqrt(squares / count + self.epsilon)
        return normalized, mean, squares / tf.maximum(count - 1.0, 1.0)

    def _follow(self, mean, variance):
        for running, batch in ((self.running_mean, mean), (self.running_variance, variance)):
            batch = ops.stop_gradient(batch)
            running.assign(self.momentum * running + (1.0 - self.momentum) * batch)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}
