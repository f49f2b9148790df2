"""Random changes of training pairs: where they are sampled, and their colours."""

from oasis_tf.data.augmentation.pair import Augmentation, augment_pair

__all__ = ["Augmentation", "augment_pair"]
