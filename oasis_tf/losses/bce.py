"""The first adversarial loss, binary cross-entropy. Goodfellow et al. 2014, arXiv:1406.2661.

Each loss is the mean over all logits, which are > 0 for real.
"""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss


def bce_loss(logits, *, is_real):
    """-log sigmoid(logit) if `is_real`, else -log(1 - sigmoid(logit)); mean, float32 scalar."""
    logits = ops.cast(logits, "float32")
    return ops.mean(ops.softplus(-logits if is_real else logits))


@keras.saving.register_keras_serializable(package="oasis_tf")
class BCEAdversarial(Loss):
    """Loss of the generator: its fakes should pass for real, the "non-saturating" form."""

    name = "g_gan"

    def value(self, passed):
        return bce_loss(passed.fake_logits, is_real=True)


@keras.saving.register_keras_serializable(package="oasis_tf")
class BCEReal(Loss):
    """Loss of the discriminator: real images should be judged real."""

    name = "d_real"

    def value(self, passed):
        return bce_loss(passed.real_logits, is_real=True)


@keras.saving.register_keras_serializable(package="oasis_tf")
class BCEFake(Loss):
    """Loss of the discriminator: fakes should be judged fake."""

    name = "d_fake"

    def value(self, passed):
        return bce_loss(passed.fake_logits, is_real=False)
