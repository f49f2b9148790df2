"""A convolution by the algorithm that takes the least time."""

import tensorflow as tf

from oasis_tf.layers import portable
from oasis_tf.layers.accelerated import strided
from oasis_tf.layers.accelerated.placement import by_device
from oasis_tf.layers.accelerated.winograd import is_worthwhile, winograd_convolve
from oasis_tf.layers.resample import downsample, upsample


def convolve(inputs, kernel, *, padding="same", resample=None, winograd=True):
    """As `portable.convolve`.

    Resampling of large maps and the convolution are one convolution with stride 2, see `strided`.
    Float32 convolutions on CPUs use Winograd's algorithm where it is faster, unless `winograd` is
    False; cuDNN chooses its algorithm itself.
    """
    kernel = tf.convert_to_tensor(kernel)
    if (
        resample is not None
        and padding == "same"
        and strided.is_worthwhile(inputs, resample=resample)
    ):
        return strided.convolve(inputs, kernel, resample=resample)
    if resample == "up":
        inputs = upsample(inputs)
    outputs = _convolve(inputs, kernel, padding=padding, winograd=winograd)
    return downsample(outputs) if resample == "down" else outputs


def _convolve(inputs, kernel, *, padding, winograd):
    def direct():
        return portable.convolve(inputs, kernel, padding=padding)

    if not winograd or padding == "valid" or not is_worthwhile(inputs, kernel):
        return direct()

    def by_winograd():
        with tf.name_scope("winograd"):  # for profiles
            return winograd_convolve(inputs, kernel, padding=padding)

    return by_device(cpu=by_winograd, gpu=direct)
