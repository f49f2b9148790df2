"""How far an artifact's images are from the live model's, and how far they may be."""

import math
from dataclasses import asdict, dataclass


class MismatchError(RuntimeError):
    """An artifact whose images are not the live model's; it was deleted."""

    exit_code = 3


@dataclass(frozen=True)
class Difference:
    """Between two stacks of images in [0, 1].

    Attributes:
        max, mean: float, of the absolute difference.
        psnr: float, dB, over all images; infinite where they are equal.
        ssim: float, mean over the images, windows of 11x11.
    """

    max: float
    mean: float
    psnr: float
    ssim: float

    def __str__(self) -> str:
        return (
            f"max {self.max:.2g}, mean {self.mean:.2g}, PSNR {self.psnr:.1f} dB, "
            f"SSIM {self.ssim:.4f}"
        )

    def as_dict(self) -> dict:
        """For JSON, which has no infinity: 999 dB."""
        return asdict(self) | {"psnr": self.psnr if math.isfinite(self.psnr) else 999.0}


@dataclass(frozen=True)
class Limit:
    """Of a difference.

    Attributes:
        max, mean: float, at most; None for any.
        psnr: float, dB, at least; None for any.
    """

    max: float | None = None
    mean: float | None = None
    psnr: float | None = None

    def is_kept_by(self, difference: Difference) -> bool:
        return (
            (self.max is None or difference.max <= self.max)
            and (self.mean is None or difference.mean <= self.mean)
            and (self.psnr is None or difference.psnr >= self.psnr)
        )

    def __str__(self) -> str:
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
