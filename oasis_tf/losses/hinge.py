"""Hinge losses of discriminators that judge patches at several scales.

Each is a mean over all logits of a scale, then over the scales. Logits above 0 say real. What the
discriminator returns is a list: for each scale, [features, ..., logits].
"""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss


def hinge_loss(logits, *, is_real):
    """max(0, 1 - logit) if `is_real`, else max(0, 1 + logit); mean, float32 scalar."""
    logits = ops.cast(logits, "float32")
    return ops.mean(ops.relu(1.0 - logits if is_real else 1.0 + logits))


def _over_scales(loss, judged):
    return sum(loss(logits) for *_, logits in judged) / len(judged)


@keras.saving.register_keras_serializable(package="oasis_tf")
class HingeAdversarial(Loss):
    """Loss of the generator: the negative mean logit of its fakes."""

    name = "gan"

    def value(self, passed):
        return _over_scales(lambda logits: -ops.mean(logits), passed.fake_logits)


@keras.saving.register_keras_serializable(package="oasis_tf")
class HingeReal(Loss):
    """Loss of the discriminator: logits of real images should be above 1."""

    name = "d_real"

    def value(self, passed):
        return _over_scales(lambda logits: hinge_loss(logits, is_real=True), passed.real_logits)


@keras.saving.register_keras_serializable(package="oasis_tf")
class HingeFake(Loss):
    """Loss of the discriminator: logits of fakes should be below -1."""

    name = "d_fake"

    def value(self, passed):
        return _over_scales(lambda logits: hinge_loss(logits, is_real=False), passed.fake_logits)
