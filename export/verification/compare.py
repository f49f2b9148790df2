"""The proof: how far an artifact's images are from the live model's, and how far they may be."""

from dataclasses import asdict, dataclass

import numpy as np
import tensorflow as tf


class MismatchError(RuntimeError):
    """An artifact that paints something else than the live model; it was deleted."""

    exit_code = 3


@dataclass(frozen=True)
class Difference:
    """How far two stacks of images in [0, 1] are from each other.

    Attributes:
        max, mean: float, of the absolute difference.
        psnr: float, dB, over all images; infinite where they are equal.
        ssim: float, mean over the images, windows of 11x11.
    """

    max: float
    mean: float
    psnr: float
    ssim: float

    def __str__(self):
        return (
            f"max {self.max:.2g}, mean {self.mean:.2g}, PSNR {self.psnr:.1f} dB, "
            f"SSIM {self.ssim:.4f}"
        )

    def as_dict(self):
        """For JSON, which knows no infinity."""
        return {
            name: float(np.nan_to_num(value, posinf=999)) for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Limit:
    """What a difference must keep to.

    Attributes:
        max, mean: float, at most; None for any.
        psnr: float, dB, at least; None for any.
    """

    max: float | None = None
    mean: float | None = None
    psnr: float | None = None

    def is_kept_by(self, difference):
        return (
            (self.max is None or difference.max <= self.max)
            and (self.mean is None or difference.mean <= self.mean)
            and (self.psnr is None or difference.psnr >= self.psnr)
        )

    def __str__(self):
        parts = [
            f"{sign} {value:g}{unit}"
            for value, sign, unit in (
                (self.max, "max at most", ""),
                (self.mean, "mean at most", ""),
                (self.psnr, "PSNR at least", " dB"),
            )
            if value is not None
        ]
        return ", ".join(parts)


def compare(images, expected):
    """Measures a `Difference`.

    Args:
        images, expected: (n, h, w, 3), n at least 1; uint8, or float in [0, 1].
    Raises: MismatchError if they have no numbers to compare: other shapes, or not finite.
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


def require(difference, limit, *, name):
    """Raises a MismatchError, with the figures, unless the limit is kept.

    Args:
        name: str, the artifact or the part of it.
    """
    if not limit.is_kept_by(difference):
        raise MismatchError(
            f"{name} does not paint what the live model paints: {difference}; allowed: {limit}. "
            "It was deleted."
        )


def _unit_range(stack):
    stack = np.asarray(stack)
    return stack / np.float32(255) if stack.dtype == np.uint8 else stack


def _ssim(images, expected):
    """Wang et al. 2004, by image; windows are smaller where images are."""
    window = min(11, *images.shape[1:3])
    return tf.image.ssim(
        tf.constant(images, tf.float32), tf.constant(expected, tf.float32), 1.0, window
    )
