"""Loss scaling with the same decision on all replicas."""

import keras
import tensorflow as tf

from oasis_tf.runtime.replicas import sum_over_replicas


@keras.saving.register_keras_serializable(package="oasis_tf")
class LossScaleOptimizer(keras.optimizers.LossScaleOptimizer):
    """Multiplies a loss and divides its gradients, to keep them in the range of float16.

    If the gradients of any replica are not finite, all replicas skip the step and halve the scale.
    Keras checks the first replica only, before the gradients are summed. So an overflow on another
    replica would destroy the weights.

    Args: those of `keras.optimizers.LossScaleOptimizer`.
    Reference: Micikevicius et al. 2018, arXiv:1710.03740, sec. 3.2.
    """

    def check_finite(self, grads):
        """Returns a bool scalar: whether all gradients of all replicas are finite."""
        overflowed = tf.logical_not(super().check_finite(grads))
        return tf.equal(sum_over_replicas(tf.cast(overflowed, tf.float32)), 0.0)


def build_optimizer(optimizer, network):
    """Returns the optimizer, built for a network; with loss scaling for "mixed_float16".

    Args:
        optimizer: `keras.optimizers.Optimizer`, or an argument of `keras.optimizers.get`.
        network: `keras.Model`.
    """
    optimizer = keras.optimizers.get(optimizer)
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if network.dtype_policy.name == "mixed_float16" and not is_scaled:
        optimizer = LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable_variables)
    return optimizer


def gradient_norm(gradients, optimizer):
    """L2 norm of a network's gradient over the global batch, float32 scalar, not scaled.

    Gradients are summed over replicas. The norm is 0 for a step that loss scaling skips.

    Args:
        gradients: list of tensors or None, those of the scaled loss on this replica.
        optimizer: the optimizer that scaled the loss, before it applies the gradients.
    """
    gradients = [gradient for gradient in gradients if gradient is not None]
    norm = tf.linalg.global_norm(sum_over_replicas(gradients)) / optimizer.scale_loss(1.0)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
    return norm
