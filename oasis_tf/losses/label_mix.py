"""LabelMix: consistency of the discriminator on mixes of real and fake along class boundaries.

Reference: Schönfeld et al. 2021, arXiv:2012.04781, sec. 3.2.
"""

import keras
import tensorflow as tf

from oasis_tf.losses.adversarial import label_mix_loss
from oasis_tf.losses.loss import Loss


def mask_from_coins(coins, label_map):
    """Mask that makes every region of a class real (coin 1) or fake (coin 0).

    One coin per class and image. The official code draws one per class and batch.

    Args:
        coins: float (b, num_classes), each 0 or 1.
        label_map: int (b, h, w), ids in [0, num_classes).
    Returns: float (b, h, w, 1), 1 = real, 0 = fake.
    """
    return tf.gather(coins, tf.cast(label_map, tf.int32), batch_dims=1)[..., None]


def mix(real, fake, mask):
    """M * real + (1 - M) * fake. Eq. 4; images (b, h, w, 3), mask (b, h, w, 1), 1 = real."""
    return mask * real + (1.0 - mask) * fake


@keras.saving.register_keras_serializable(package="oasis_tf")
class LabelMix(Loss):
    """Loss of the discriminator: the logits of a mix should equal the mix of the logits. Eq. 4.

    Args:
        weight: float, >= 0; lambda_LM in the paper.
    """

    name = "d_label_mix"
    only_in_training = True

    def __init__(self, weight: float = 10.0):
        super().__init__(weight)

    def value(self, passed):
        mask = passed.label_mix_mask
        mixed_logits = passed.discriminate(mix(passed.real, passed.fake, mask))
        return label_mix_loss(
            mixed_logits,
            passed.real_logits,
            passed.fake_logits,
            mask,
            pixel_weights=passed.pixel_weights,
        )
