"""Kullback-Leibler divergence of an encoder's normal distributions from the standard one."""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss
from oasis_tf.runtime.replicas import num_replicas


def kl_divergence(mean, log_variance):
    """-1/2 sum(1 + log variance - mean^2 - variance), float32 scalar, over (b, z_dim)."""
    return -0.5 * ops.sum(1.0 + log_variance - ops.square(mean) - ops.exp(log_variance))


@keras.saving.register_keras_serializable(package="oasis_tf")
class KLDivergence(Loss):
    """Loss of SPADE's encoder: the sum over z and over the images of the global batch.

    The official code sums as well, over the images of one device. So the weight for 8 devices of 4
    images each corresponds to an eighth of it for a batch of 32. SPADE weights it 0.05.

    Args:
        weight: float, >= 0.
    Reference: Park et al. 2019, arXiv:1903.07291, sec. 3; Kingma and Welling 2014,
        arXiv:1312.6114, appendix B.
    """

    name = "kld"
    only_in_training = True  # `evaluate` draws z from the standard normal distribution

    def value(self, passed):
        """The sum of this replica, times their number: losses are averaged over replicas."""
        return num_replicas() * kl_divergence(passed.z_mean, passed.z_log_variance)
