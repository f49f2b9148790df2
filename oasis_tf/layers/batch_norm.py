"""Batch normalisation, synchronised over replicas."""

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
        normalized = self._normalized(ops.cast(inputs, "float32"), training)
        return ops.cast(normalized, self.compute_dtype)

    def _normalized(self, x, training):
        if not training:
            mean = ops.convert_to_tensor(self.running_mean)
            return (x - mean) * ops.rsqrt(self.running_variance + self.epsilon)
        normalized, mean, unbiased_variance = strategies.batch_normalize(x, epsilon=self.epsilon)
        self._follow(mean, unbiased_variance)
        return normalized

    def _follow(self, mean, variance):
        for running, batch in ((self.running_mean, mean), (self.running_variance, variance)):
            batch = ops.stop_gradient(batch)
            running.assign(self.momentum * running + (1.0 - self.momentum) * batch)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="oasis_tf")
class BatchNorm(ParamFreeBatchNorm):
    """`ParamFreeBatchNorm`, times a scale, plus a shift, both learned, of every channel.

    Args:
        in_inference: "running", the running moments; or "image", those of each image by itself,
            which are the batch's for a batch of one.
        init_stddev: float, of the initial scales around 1.
        momentum, epsilon: see `ParamFreeBatchNorm`.
    Input shape: (b, h, w, c). Output shape: the same.
    """

    def __init__(self, in_inference="running", init_stddev=0.02, **kwargs):
        super().__init__(**kwargs)
        self.in_inference = in_inference
        self.init_stddev = init_stddev

    def build(self, input_shape):
        super().build(input_shape)
        around_1 = keras.initializers.RandomNormal(mean=1.0, stddev=self.init_stddev)
        shape = (input_shape[-1],)
        self.scale = self.add_weight(
            name="scale", shape=shape, initializer=around_1, autocast=False
        )
        self.shift = self.add_weight(name="shift", shape=shape, initializer="zeros", autocast=False)

    def _normalized(self, x, training):
        if training or self.in_inference == "running":
            normalized = super()._normalized(x, training)
        else:
            mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
            normalized = (x - mean) * ops.rsqrt(variance + self.epsilon)
        return normalized * self.scale + self.shift

    def get_config(self):
        own = {"in_inference": self.in_inference, "init_stddev": self.init_stddev}
        return super().get_config() | own
