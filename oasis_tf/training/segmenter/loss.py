"""Cross-entropy of labelled pixels."""

from keras import ops

from oasis_tf.losses.adversarial import class_counts, class_weights


def cross_entropy(label_map, logits, *, balance):
    """Cross-entropy of every labelled pixel; 0 for void.

    Args:
        label_map: int (b, h, w), 0 = void.
        logits: float (b, h, w, num_classes - 1), class c at channel c - 1.
        balance: float in [0, 1], exponent of the class weights of OASIS's losses, see
            `class_weights`: 0 for no weights, 1 for OASIS's.
    Returns: float32 (b, h, w), whose mean is the loss: a weighted sum over the labelled pixels,
        divided by their number.
    """
    label_map = ops.cast(label_map, "int32")  # Keras passes labels as floats
    num_classes = logits.shape[-1] + 1
    labelled = ops.cast(label_map > 0, "float32")
    counts = ops.where(ops.arange(num_classes) > 0, class_counts(label_map, num_classes), 0.0)
    weights = ops.power(ops.take(class_weights(counts), label_map), balance) * labelled
    target = ops.maximum(label_map - 1, 0)
    loss = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)
    return loss * weights / ops.maximum(ops.mean(labelled), 1e-6)
