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
    (`keras.layers.BatchNormalization` keeps the biased one). With `training=False` the moments are
    those of a mixture: the image by itself, with the weight `own_moments`, and the running moments.

    Args:
        momentum: float in [0, 1).
        epsilon: float, added to the variance.
        own_moments: float in [0, 1], the weight of an image's own moments in inference. 0: the
            running moments alone, as in PyTorch. 1 / batch size: an image has the weight that it
            has in training. 1: instance norm.
    Input shape: (b, h, w, c). Output shape: the same. Moments are float32 whatever the policy.
    Raises: ValueError if `own_moments` is outside its range.
    Reference: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1; `own_moments`: "inference
        example weighing" of Summers and Dinneen 2020, arXiv:1906.03548, section 3.1.
    """

    def __init__(self, momentum=0.9, epsilon=1e-5, own_moments=0.0, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= own_moments <= 1:
            raise ValueError(f"own_moments must be from 0 to 1; got {own_moments!r}.")
        self.momentum = momentum
        self.epsilon = epsilon
        self.own_moments = own_moments

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
            mean, variance = self._inference_moments(x)
            return (x - mean) * ops.rsqrt(variance + self.epsilon)
        normalized, mean, unbiased_variance = strategies.batch_normalize(x, epsilon=self.epsilon)
        self._follow(mean, unbiased_variance)
        return normalized

    def _inference_moments(self, x):
        """Mean and variance of the mixture, (c,) or (b, 1, 1, c)."""
        mean = ops.convert_to_tensor(self.running_mean)
        variance = ops.convert_to_tensor(self.running_variance)
        own = self.own_moments
        if own == 0:
            return mean, variance
        own_mean, own_variance = ops.moments(x, axes=(1, 2), keepdims=True)
        between = own * (1 - own) * ops.square(own_mean - mean)
        mean = own * own_mean + (1 - own) * mean
        return mean, own * own_variance + (1 - own) * variance + between

    def _follow(self, mean, variance):
        for running, batch in ((self.running_mean, mean), (self.running_variance, variance)):
            batch = ops.stop_gradient(batch)
            running.assign(self.momentum * running + (1.0 - self.momentum) * batch)

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "own_moments": self.own_moments,
        }


@keras.saving.register_keras_serializable(package="oasis_tf")
class BatchNorm(ParamFreeBatchNorm):
    """`ParamFreeBatchNorm`, times a scale, plus a shift, both learned, of every channel.

    Args:
        init_stddev: float, of the initial scales around 1.
        others: see `ParamFreeBatchNorm`.
    Input shape: (b, h, w, c). Output shape: the same.
    """

    def __init__(self, init_stddev=0.02, **kwargs):
        super().__init__(**kwargs)
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
        return super()._normalized(x, training) * self.scale + self.shift

    def get_config(self):
        return {**super().get_config(), "init_stddev": self.init_stddev}
