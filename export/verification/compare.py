"""Measures how far an artifact's images are from the live model's."""

import numpy as np
import tensorflow as tf

from oasis_tf.export.verification.difference import Difference, MismatchError


def compare(images: np.ndarray, expected: np.ndarray) -> Difference:
    """Measures a `Difference`.

    Args:
        images, expected: (n, h, w, 3), n at least 1; uint8, or float in [0, 1].
    Raises: MismatchError if the shapes differ, or `images` has values that are not finite.
    """
    images, expected = (_unit_range(stack) for stack in (images, expected))
    if images.shape != expected.shape:
        raise MismatchError(f"it paints {images.shape}, the live model {expected.shape}")
    if not np.isfinite(images).all():
        raise MismatchError("it paints values that are not finite")
    apart = np.abs(images.astype(np.float64) - expected)
    squared = np.mean(apart**2)
    return Difference(
        max=float(apart.max()),
        mean=float(apart.mean()),
        psnr=float(-10 * np.log10(squared)) if squared > 0 else np.inf,
        ssim=float(np.mean(_ssim(images, expected))),
    )


def _unit_range(stack):
    stack = np.asarray(stack)
    return stack / np.float32(255) if stack.dtype == np.uint8 else stack


def _ssim(images, expected):
    """Wang et al. 2004, of each image; windows are smaller where images are."""
    window = min(11, *images.shape[1:3])
    return tf.image.ssim(
        tf.constant(images, tf.float32), tf.constant(expected, tf.float32), 1.0, window
    )
