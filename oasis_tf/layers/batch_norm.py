"""Batch normalisation without scale and offset, synchronised over replicas."""

import keras
from keras import ops

from oasis_tf.layers import strategies


@keras.saving.register_keras_serializable(package="oasis_tf")
class ParamFreeBatchNorm(keras.layers.Layer):
    """Gives every channel mean 0 and variance 1.

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
        normalized, mean, unbiased_variance = strategies.batch_normalize(x, epsilon=self.epsilon)
        self._follow(mean, unbiased_variance)
        return ops.cast(normalized, self.compute_dtype)

    def _follow(self, mean, variance):
        for running, batch in ((self.running_mean, mean), (self.running_variance, variance)):
            batch = ops.stop_gradient(batch)
            running.assign(self.momentum * running + (1.0 - self.momentum) * batch)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}
