"""Adam with PyTorch's epsilon, as one fused kernel."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="oasis_tf")
class Adam(keras.optimizers.Adam):
    """Adam that adds epsilon to the root of the bias-corrected second moment.

    So do the paper of Adam and PyTorch. `keras.optimizers.Adam` adds it before the correction
    ("epsilon hat"). With beta_2 = 0.999 its first epsilon is 32 times larger, which changes
    OASIS's losses by percents within three steps. The update is one fused kernel.

    Args: those of `keras.optimizers.Adam`; no `amsgrad`. Defaults are those of OASIS.
    Reference: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.
    """

    def __init__(
        self, learning_rate=1e-4, beta_1=0.0, beta_2=0.999, epsilon=1e-8, name="adam", **kwargs
    ):
        if kwargs.pop("amsgrad", False):
            raise ValueError("This Adam has no amsgrad; use keras.optimizers.Adam.")
        super().__init__(
            learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name=name, **kwargs
        )

    def _backend_update_step(self, gradients, variables, learning_rate):
        """Computes once a step what all variables share, which makes the graph smaller.

        Keras passes it on to `update_step` in place of the learning rate.
        """
        dtypes = {keras.backend.standardize_dtype(variable.dtype) for variable in variables}
        dtype = keras.backend.result_type("float32", *dtypes)
        step = ops.cast(self.iterations + 1, dtype)
        betas = [ops.convert_to_tensor(beta, dtype) for beta in (self.beta_1, self.beta_2)]
        powers = [ops.power(beta, step) for beta in betas]
        epsilon = self.epsilon * ops.sqrt(1.0 - powers[1])
        shared = (ops.cast(learning_rate, dtype), *betas, *powers, epsilon)
        super()._backend_update_step(gradients, variables, shared)

    def update_step(self, gradient, variable, shared):
        """Moves `variable` against `gradient`, both of one shape.

        `shared`: scalars; learning rate, the two betas, their powers, and the epsilon of the step.
        """
        dtype = variable.dtype
        learning_rate, beta_1, beta_2, beta_1_power, beta_2_power, epsilon = (
            ops.cast(x, dtype) for x in shared
        )
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,  # Keras passes a tf.Variable here
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=beta_1_power,
            beta2_power=beta_2_power,
            lr=learning_rate,
            beta1=beta_1,
            beta2=beta_2,
            epsilon=epsilon,
            grad=ops.cast(gradient, dtype),
        )
