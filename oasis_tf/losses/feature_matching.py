"""Feature matching: a fake should look to the discriminator like the real image."""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss


@keras.saving.register_keras_serializable(package="oasis_tf")
class FeatureMatching(Loss):
    """Loss of the generator: L1 distance of fake and real in the discriminator's features.

    The mean over each feature map; summed over the maps of a scale, mean over the scales. The
    features of the real image are held constant. SPADE weights it 10.

    Args:
        weight: float, >= 0.
    Reference: Wang et al. 2018, arXiv:1711.11585, eq. 4.
    """

    name = "gan_feat"
    needs_real_logits = True

    def value(self, passed):
        distances = [
            _distance(fake, real)
            for fakes, reals in zip(passed.fake_logits, passed.real_logits, strict=True)
            for fake, real in zip(fakes[:-1], reals[:-1], strict=True)
        ]
        return sum(distances) / len(passed.fake_logits)


def _distance(fake, real):
    fake, real = (ops.cast(x, "float32") for x in (fake, real))
    return ops.mean(ops.abs(fake - ops.stop_gradient(real)))
