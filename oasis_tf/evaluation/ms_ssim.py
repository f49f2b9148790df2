"""Multi-scale structural similarity of two photographs, adapted to their size."""

import tensorflow as tf

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # from the finest to the coarsest
WINDOW, SIGMA = 11, 1.5
SMALLEST_WINDOW = 5


class TooSmallImagesError(ValueError):
    """Error for images that are too small for a metric."""


class MSSSIM:
    """MS-SSIM of RGB photographs of one size; 1 for equal ones, less the more they differ.

    The standard takes Gaussian windows of 11 px (sigma 1.5) at five scales, each half of the one
    before, so the shorter side must be at least 161 px. Below that the window becomes the largest
    odd one that fits the coarsest scale, and its sigma shrinks along. Where not even 5 px fit, the
    coarsest scales are left out, and the exponents of those that stay are scaled to sum up to 1.
    Values are comparable only under one window and number of scales.

    Args:
        image_size: (height, width), at least 5 px each.
    Attributes:
        filter_size: int, pixels. scales: int.
    Raises: TooSmallImagesError.
    Reference: Wang et al. 2003, Multiscale structural similarity for image quality assessment;
        windows and weights as in `tf.image.ssim_multiscale`.
    """

    def __init__(self, image_size):
        self.filter_size, self.scales = _fitted(min(image_size))
        weights = SCALE_WEIGHTS[: self.scales]
        self._weights = [weight / sum(weights) for weight in weights]

    def __call__(self, one, other):
        """uint8 (..., h, w, 3) of both: float32 (...), the mean over the colour channels."""
        return tf.image.ssim_multiscale(
            one,
            other,
            max_val=255,
            power_factors=self._weights,
            filter_size=self.filter_size,
            filter_sigma=SIGMA * self.filter_size / WINDOW,
        )


def _fitted(side):
    """The window and the number of scales for images whose shorter side has so many pixels."""
    for scales in range(len(SCALE_WEIGHTS), 0, -1):
        coarsest = -(-side // 2 ** (scales - 1))
        if coarsest >= SMALLEST_WINDOW:
            largest_odd = coarsest - (coarsest + 1) % 2
            return min(WINDOW, largest_odd), scales
    raise TooSmallImagesError(
        f"MS-SSIM needs images of at least {SMALLEST_WINDOW} px each way; got a side of {side}"
    )
