"""LabelMix: real and fake joined along the class boundaries. Schönfeld et al. 2021, sec. 3.2."""

import tensorflow as tf


def mask_from_coins(coins, label_map):
    """Makes every region of a class real or fake, as its coin says.

    One coin per class and image; the official code tosses one per class and batch.

    Args:
        coins: float (b, num_classes), each 0 or 1.
        label_map: int (b, h, w), ids in [0, num_classes).
    Returns: float (b, h, w, 1), 1 = real, 0 = fake.
    """
    return tf.gather(coins, tf.cast(label_map, tf.int32), batch_dims=1)[..., None]


def mix(real, fake, mask):
    """M * real + (1 - M) * fake. Eq. 4; images (b, h, w, 3), mask (b, h, w, 1), 1 = real."""
    return mask * real + (1.0 - mask) * fake
