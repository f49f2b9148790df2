"""The keys of a config's `training.discriminator_augment`."""

from pydantic import Field, model_validator

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
        1.0,
        description="Probability of translation, of cutout and of color, for each image. With "
        "target: at the start.",
    )
    target: bounds.Overfitting | None = Field(
        None,
        description="Overfitting of the discriminator to which the probability adapts: 0 where "
        "held-out images look as real to it as training ones, 1 where they look generated. null: "
        "the probability stays.",
    )
    probability_step: bounds.ProbabilityStep = Field(
        0.02, description="How far the probability moves at each measurement. Needs target."
    )
    measure_every: bounds.Steps = Field(
        100, description="Interval at which the overfitting is measured. Needs target."
    )

    @model_validator(mode="after")
    def _check_target(self):
        if self.target is not None and self.translation == self.cutout == self.color == 0:
            raise ValueError(
                "training.discriminator_augment.target moves the probability of translation, "
                "cutout and color, which are all 0; set one of them"
            )
        return self
