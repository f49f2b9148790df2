"""Spectral normalisation as PyTorch's reparameterisation does it: the one the paper used."""

import keras
from keras import ops

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
class SpectralConv2D(keras.layers.Conv2D):
    """A convolution with the kernel W / sigma(W), sigma the largest singular value of W.

    W is the kernel as a matrix (kernel_h * kernel_w * c, filters). With `training=True` every
    call makes one power iteration from the stored `u` and keeps the result; with
    `training=False` the stored `u` and `v` are used as they are. Gradients flow through
    sigma = v' W u with `u` and `v` held constant. The kernel itself is never overwritten
    (`keras.layers.SpectralNormalization` does overwrite it; see DESIGN.md).

    Args: those of `keras.layers.Conv2D`.
    Input shape: (b, h, w, c). Output shape: that of `keras.layers.Conv2D`.
    Reference: Miyato et al. 2018, arXiv:1802.05957, algorithm 1.
    """

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
        sigma = self.sigma(power_iteration=training)
        outputs = self.convolution_op(inputs, self.kernel / ops.cast(sigma, self.compute_dtype))
        return outputs if self.bias is None else outputs + self.bias

    def sigma(self, power_iteration=False):
        """Returns the largest singular value as a float32 scalar, differentiable in the kernel.

        Args:
            power_iteration: bool, first move `u` and `v` one step closer to the truth.
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
        return ops.sum(projected * u)


def _unit(vector):
    return vector / ops.maximum(ops.norm(vector), EPSILON)
