"""Augments a pair (image, label map): one resampling of both, and other colours of the image."""

from dataclasses import dataclass

import tensorflow as tf

from oasis_tf.data.augmentation import sampling_grid
from oasis_tf.data.augmentation.color_jitter import jitter_colors
from oasis_tf.data.augmentation.sampler import sample_image, sample_label_map
from oasis_tf.data.bicubic import to_grey_levels
from oasis_tf.runtime import noise

# Every pair draws all of them, so that a switch does not change what the others draw.
DRAWS = ("scale", "aspect", "top", "left", "angle")
COLOR_DRAWS = ("brightness", "contrast", "saturation", "hue")


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """The largest changes of a pair. The defaults change nothing.

    Attributes:
        scale: float >= 1, enlargement. A window of 1 / scale of the sides is cut out at random.
        aspect: float >= 1, enlargement of only the height or only the width, on top of `scale`.
        rotation: float, degrees, in both directions.
        warp: float, displacement as a fraction of the shorter side, by a smooth random field.
        brightness, contrast, saturation: float in [0, 1], change of the factor 1.
        hue: float, degrees, in both directions.
    """

    scale: float = 1.0
    aspect: float = 1.0
    rotation: float = 0.0
    warp: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether image and label map are resampled."""
        return max(self.scale, self.aspect) > 1 or max(self.rotation, self.warp) > 0

    @property
    def recolors(self) -> bool:
        """Whether the image's colours change."""
        return max(self.brightness, self.contrast, self.saturation, self.hue) > 0


def augment_pair(
    image: tf.Tensor,
    label_map: tf.Tensor,
    *,
    augmentation: Augmentation,
    size: tuple[int, int],
    window: tuple[float, float],
    seed: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """A function of the pair and the seed.

    Scale, crop, rotation and warp are one sampling grid, so the image is interpolated once. What
    lies outside of the pair is its mirror image, in the image and the label map alike. Labels are
    those of the nearest pixels. The image is rounded to 8 bits once, after its colours changed.

    Args:
        image: uint8 (h, w, 3).
        label_map: uint8 or int32 (h, w), or a panoptic map (h, w, 2).
        size: (height, width) of the result; (h, w) if the augmentation does not move.
        window: (height, width) in pixels of `image`, what is seen where nothing is enlarged. At
            most (h, w).
        seed: int (2,) for stateless random ops.
    Returns: image uint8 (*size, 3); label map (*size), its dtype kept.
    """
    draws = _draws(DRAWS + COLOR_DRAWS, seed=seed)
    label_map = tf.ensure_shape(label_map, (*image.shape[:2], *label_map.shape[2:]))
    pixels = image
    if augmentation.moves:
        grid = _grid(image, augmentation, draws, size=size, window=window, seed=seed)
        pixels, label_map = sample_image(image, grid), sample_label_map(label_map, grid)
    if augmentation.recolors:
        factors = {
            key: 1 + getattr(augmentation, key) * _in_both_directions(draws[key])
            for key in ("brightness", "contrast", "saturation")
        }
        angle = augmentation.hue * _in_both_directions(draws["hue"])
        pixels = jitter_colors(pixels, of=image, hue=angle, **factors)
    return to_grey_levels(tf.cast(pixels, tf.float32)), label_map


def _draws(names, *, seed):
    """Uniform numbers in [0, 1): dict of name to float32 scalar."""
    return dict(zip(names, tf.unstack(noise.uniform((len(names),), seed=seed)), strict=True))


def _in_both_directions(draw):
    """From [0, 1) to [-1, 1)."""
    return 2 * draw - 1


def _grid(image, augmentation, draws, *, size, window, seed):
    """The `SamplingGrid` of one pair."""
    displacement = None
    if augmentation.warp:
        displacement = sampling_grid.smooth_displacement(
            size,
            largest=augmentation.warp * min(size),
            seed=tf.random.fold_in(seed, len(DRAWS + COLOR_DRAWS)),
        )
    return sampling_grid.sampling_grid(
        size=size,
        source_size=tuple(image.shape[:2]),
        window=window,
        zoom=_zoom(augmentation, draws),
        place=(draws["top"], draws["left"]),
        angle=augmentation.rotation * _in_both_directions(draws["angle"]),
        displacement=displacement,
    )


def _zoom(augmentation, draws):
    """Enlargement of height and width, each at least 1: two float32 scalars.

    The factors are uniform in their logarithm.
    """
    scale = tf.pow(augmentation.scale, draws["scale"])
    stretch = _in_both_directions(draws["aspect"])  # of the height below 0, of the width above
    return tuple(
        scale * tf.pow(augmentation.aspect, tf.nn.relu(sign * stretch)) for sign in (-1, 1)
    )
