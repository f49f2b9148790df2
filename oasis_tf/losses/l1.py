"""L1 distance between a fake and the real image of its label map."""

from keras import ops

from oasis_tf.losses.loss import Loss
from oasis_tf.losses.registry import configurable_loss


@configurable_loss("l1")
class L1(Loss):
    """Mean |fake - real|, of images in [-1, 1]. Pix2Pix weights it 100.

    Args:
        weight: float, >= 0.
    Reference: Isola et al. 2017, arXiv:1611.07004, eq. 3.
    """

    name = "g_l1"

    def value(self, passed):
        pair = passed.unaugmented
        return ops.mean(ops.abs(pair.fake - pair.real))
