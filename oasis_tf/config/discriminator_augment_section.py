"""The keys of a config's `training.discriminator_augment`."""

from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.section import Section


class DiscriminatorAugmentConfig(Section):
    """Augmentation of the discriminator's inputs: real, fake and mixed images alike.

    Label maps move with the images. Where an image is removed, no pixel counts in any loss.
    DiffAugment's strengths are translation 0.125, cutout 0.5 and color 1.
    """

    translation: bounds.Shift = Field(
        0.0, description="Largest shift, of height and of width. 0: none."
    )
    cutout: bounds.CutOut = Field(
        0.0, description="Height and width of the rectangle that is removed. 0: none."
    )
    color: bounds.ColorStrength = Field(
        0.0,
        description="Strength of the changes of brightness, saturation and contrast. 1: by up to "
        "0.5, by factors of 0 to 2 and of 0.5 to 1.5. 0: none.",
    )
    probability: bounds.Probability = Field(
        1.0, description="Probability of translation, of cutout and of color, for each image."
    )
