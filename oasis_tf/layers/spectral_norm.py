"""Spectral normalisation as PyTorch's reparameterisation, which the paper used."""

import keras
from keras import ops

from oasis_tf.layers.resampling_conv import ResamplingConv2D

EPSILON = 1e-12


@keras.saving.register_keras_serializable(package="oasis_tf")
class UnitNormal(keras.initializers.Initializer):
    """A random direction: standard normal numbers divided by their L2 norm, shape (n,)."""

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        return _unit(keras.random.normal(shape, dtype=dtype, seed=self.seed))

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable(package="oasis_tf")
class SpectralConv2D(ResamplingConv2D):
    """A convolution with the kernel W / sigma(W), sigma the largest singular value of W.

    W is the kernel as a matrix (kernel_h * kernel_w * c, filters). With `training=True` every
    call makes one power iteration from the stored `u` and keeps the result; with
    `training=False` the stored `u` and `v` are used as they are. Gradients flow through
    sigma = v' W u with `u` and `v` held constant. The kernel itself is never overwritten, as
    `keras.layers.SpectralNormalization` does: that cuts the gradient through sigma, and the passes
    over real, fake and mixed images would train on different weights. Under a mixed policy only
    the convolution itself is of low precision.

    Args: those of `ResamplingConv2D`.
    Input shape: (b, h, w, c). Output shape: that of `ResamplingConv2D`.
    Reference: Miyato et al. 2018, arXiv:1802.05957, algorithm 1.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, autocast=False, **kwargs)  # sigma is computed in float32

    def build(self, input_shape):
        super().build(input_shape)
        rows = self.kernel.shape[0] * self.kernel.shape[1] * self.kernel.shape[2]
        self.u = self._singular_vector("u", self.filters)
        self.v = self._singular_vector("v", rows)

    def _singular_vector(self, name, size):
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=UnitNormal(),
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )

    def call(self, inputs, training=False):
        # Times 1 / sigma, not over sigma: the gradient takes half as many passes over the kernel.
        scale = 1.0 / self.sigma(power_iteration=training)
        if self._outputs_are_fewer_than_weights(inputs):
            outputs = self._convolve(inputs, self.kernel) * ops.cast(scale, self.compute_dtype)
        else:
            outputs = self._convolve(inputs, self.kernel * scale)
        if self.bias is None:
            return outputs
        return ops.add(outputs, ops.cast(self.bias, self.compute_dtype))

    def _convolve(self, inputs, kernel):
        inputs, kernel = (ops.cast(x, self.compute_dtype) for x in (inputs, kernel))
        return self.convolution_op(inputs, kernel)

    def _outputs_are_fewer_than_weights(self, inputs):
        batch, height, width, channels = inputs.shape
        weights = self.kernel.shape[0] * self.kernel.shape[1] * channels
        return (batch or 1) * (height or weights) * (width or weights) < weights

    def sigma(self, power_iteration=False):
        """Returns the largest singular value as a float32 scalar, differentiable in the kernel.

        Args:
            power_iteration: bool, first update `u` and `v` by one step.
        """
        matrix = ops.reshape(ops.cast(self.kernel, "float32"), (-1, self.filters))
        u, v = ops.convert_to_tensor(self.u), ops.convert_to_tensor(self.v)
        if power_iteration:
            v = ops.stop_gradient(_unit(ops.matmul(matrix, u)))
            self.v.assign(v)
        projected = ops.matmul(v, matrix)
        if power_iteration:
            u = ops.stop_gradient(_unit(projected))
            self.u.assign(u)
        return ops.dot(projected, u)

    # Keras's convolutions save the kernel and the bias only; u and v must be saved too.
    def save_own_variables(self, store):
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.layers.Layer.load_own_variables(self, store)


@keras.saving.register_keras_serializable(package="oasis_tf")
class StridedSpectralConv2D(SpectralConv2D):
    """A `SpectralConv2D` of any stride; "valid" or "same" padding as in `keras.layers.Conv2D`."""

    def convolution_op(self, inputs, kernel):
        return keras.layers.Conv2D.convolution_op(self, inputs, kernel)


def _unit(vector):
    return ops.normalize(vector, epsilon=EPSILON)
