"""Cross-entropy of pixels whose class is known."""

from keras import ops

from oasis_tf.losses import class_counts, class_weights


def cross_entropy(label_map, logits, *, balanced):
    """Cross-entropy of every labelled pixel; void pixels do not count.

    Args:
        label_map: int (b, h, w), 0 = void.
        logits: float (b, h, w, num_classes - 1), class c at channel c - 1.
        balanced: bool, weight classes as OASIS's discriminator does, see `class_weights`, with
            the counts of this batch.
    Returns: float32 (b, h, w), whose mean is the loss: a weighted sum over the labelled pixels,
        divided by their number.
    """
    num_classes = logits.shape[-1] + 1
    counts = ops.where(ops.arange(num_classes) > 0, class_counts(label_map, num_classes), 0.0)
    labelled = ops.cast(label_map > 0, "float32")
    weights = ops.take(class_weights(counts), label_map) if balanced else labelled
    target = ops.maximum(label_map - 1, 0)
    loss = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)
    return loss * weights / ops.maximum(ops.mean(labelled), 1e-6)
