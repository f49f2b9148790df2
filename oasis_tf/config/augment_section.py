"""The keys of a config's `data.augment`."""

from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.section import Section


class AugmentConfig(Section):
    """Random changes of training pairs; the defaults change nothing. See docs/augmentation.md."""

    scale: bounds.Enlargement = Field(
        1.0,
        description="Largest enlargement. A window of 1/scale of the sides is cut out at random. "
        "Pairs are read (and cached) so many times larger that enlarged images are sharp.",
    )
    aspect: bounds.Enlargement = Field(
        1.0, description="Largest enlargement of only the height or only the width."
    )
    rotation: bounds.Rotation = Field(
        0.0, description="Largest rotation, to the left and right. Corners are mirrored."
    )
    warp: bounds.Warp = Field(
        0.0,
        description="Largest displacement by a smooth random warp. Most pixels move less than half "
        "as far. Borders are mirrored.",
    )
    brightness: bounds.Jitter = Field(
        0.0, description="Largest change of the image's brightness, up and down."
    )
    contrast: bounds.Jitter = Field(
        0.0, description="Largest change of the image's contrast, up and down."
    )
    saturation: bounds.Jitter = Field(
        0.0, description="Largest change of the image's saturation, up and down."
    )
    hue: bounds.Hue = Field(0.0, description="Largest change of the image's hue, both ways.")
