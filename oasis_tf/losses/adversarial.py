"""Adversarial losses of OASIS. Equations: Schönfeld et al. 2021, arXiv:2012.04781."""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss


def class_counts(label_map, num_classes):
    """Counts the pixels of each class: int (b, h, w) -> float32 (num_classes,)."""
    return ops.cast(ops.bincount(ops.reshape(label_map, (-1,)), minlength=num_classes), "float32")


def class_weights(counts):
    """Class weights: total pixels / (pixels of c * number of classes present).

    Void (class 0) and absent classes have weight 0. Void does not count as present. The official
    code computes this; the paper's alpha_c (eq. 2) does not divide by the number of classes
    present. The division keeps the mean weight of a pixel near 1.

    Args:
        counts: float (num_classes,), pixels of each class in the (global) batch.
    Returns: float32 (num_classes,).
    """
    counts = ops.cast(counts, "float32")
    is_counted = ops.logical_and(counts > 0, ops.arange(ops.size(counts)) > 0)
    num_present = ops.sum(ops.cast(is_counted, "float32"))
    weights = ops.sum(counts) / (ops.maximum(counts, 1.0) * ops.maximum(num_present, 1.0))
    return ops.where(is_counted, weights, 0.0)


def n_plus_one_loss(logits, label_map, *, is_real, class_weights=None, pixel_weights=None):
    """Cross-entropy over N classes and "fake" (channel 0), mean over all pixels. Eq. 1 and 3.

    With `is_real` the target of a pixel is its class, weighted by `class_weights`: the loss of the
    discriminator on real images, and of the generator on its fakes. Without, the target of every
    pixel is "fake", void included, unweighted.

    Args:
        logits: float (b, h, w, num_classes + 1), class c at channel c + 1.
        label_map: int (b, h, w), 0 = void.
        is_real: bool.
        class_weights: float (num_classes,), or None for 1 on every class and 0 on void.
        pixel_weights: float (b, h, w), or None for 1 at every pixel.
    Returns: float32 scalar.
    """
    logits = ops.cast(logits, "float32")
    label_map = ops.cast(label_map, "int32")
    target = label_map + 1 if is_real else ops.zeros_like(label_map)
    loss = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)
    if pixel_weights is not None:
        loss = loss * pixel_weights
    if not is_real:
        return ops.mean(loss)
    if class_weights is None:
        return ops.mean(loss * ops.cast(label_map > 0, "float32"))
    return ops.mean(loss * ops.take(class_weights, label_map))


def log_odds_of_real(logits):
    """log(p / (1 - p)) of the probability p that a pixel is real, that is of any class.

    Args:
        logits: float (b, h, w, num_classes + 1), channel 0 = fake.
    Returns: float32 (b, h, w), > 0 = real.
    """
    logits = ops.cast(logits, "float32")
    return ops.logsumexp(logits[..., 1:], axis=-1) - logits[..., 0]


def label_mix_loss(mixed_logits, real_logits, fake_logits, mask, *, pixel_weights=None):
    """Squared difference of the logits of the mix and the mix of the logits, mean. Eq. 4.

    Args:
        mixed_logits, real_logits, fake_logits: float (b, h, w, num_classes + 1), the
            discriminator on the mixed, the real and the fake image.
        mask: float (b, h, w, 1), 1 = real.
        pixel_weights: float (b, h, w), or None for 1 at every pixel.
    Returns: float32 scalar, not yet times lambda_label_mix.
    """
    mixed_logits, real_logits, fake_logits, mask = (
        ops.cast(x, "float32") for x in (mixed_logits, real_logits, fake_logits, mask)
    )
    loss = ops.square(mixed_logits - (mask * real_logits + (1.0 - mask) * fake_logits))
    if pixel_weights is not None:
        loss = loss * pixel_weights[..., None]
    return ops.mean(loss)


@keras.saving.register_keras_serializable(package="oasis_tf")
class NPlusOneAdversarial(Loss):
    """Loss of the generator: cross-entropy of its fakes against their label map. Eq. 3."""

    name = "g_adv"

    def value(self, passed):
        return n_plus_one_loss(
            passed.fake_logits,
            passed.label_map,
            is_real=True,
            class_weights=passed.class_weights,
            pixel_weights=passed.pixel_weights,
        )


@keras.saving.register_keras_serializable(package="oasis_tf")
class RealClasses(Loss):
    """Loss of the discriminator: cross-entropy of real images against their label map. Eq. 1."""

    name = "d_real"

    def value(self, passed):
        return n_plus_one_loss(
            passed.real_logits,
            passed.label_map,
            is_real=True,
            class_weights=passed.class_weights,
            pixel_weights=passed.pixel_weights,
        )


@keras.saving.register_keras_serializable(package="oasis_tf")
class FakeClass(Loss):
    """Loss of the discriminator: cross-entropy of fakes against "fake" at every pixel. Eq. 1."""

    name = "d_fake"

    def value(self, passed):
        return n_plus_one_loss(
            passed.fake_logits,
            passed.label_map,
            is_real=False,
            pixel_weights=passed.pixel_weights,
        )
