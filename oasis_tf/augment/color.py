"""Changes of an image's brightness, saturation and contrast."""

import tensorflow as tf


def change_color(image, *, brightness, saturation, contrast):
    """Shifts the brightness, then scales the saturation, then the contrast. Nothing is clipped.

    Saturation is the distance of a pixel's channels from their mean, contrast that of all values
    from the mean of the image. Where nothing is to change, the result has the same bits.

    Args:
        image: float (b, h, w, 3) in [-1, 1].
        brightness: float (b,), added to all values; 0 changes nothing.
        saturation, contrast: float (b,), factors; 1 changes nothing.
    Returns: float (b, h, w, 3), differentiable in `image`.
    Reference: DiffAugment, Zhao et al. 2020, arXiv:2006.10738.

    ```python
    change_color(image, brightness=[0.5], saturation=[0.0], contrast=[1.0])  # lighter, grey
    ```
    """
    brightness, saturation, contrast = (
        tf.reshape(x, (-1, 1, 1, 1)) for x in (brightness, saturation, contrast)
    )
    image = image + brightness
    grey = tf.reduce_mean(image, axis=-1, keepdims=True)
    image = image + (saturation - 1.0) * (image - grey)
    mean = tf.reduce_mean(image, axis=(1, 2, 3), keepdims=True)
    return image + (contrast - 1.0) * (image - mean)
