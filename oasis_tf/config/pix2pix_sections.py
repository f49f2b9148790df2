"""The keys of a config of `model: pix2pix`, and what must hold between them."""

from typing import Literal

from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.other_judges import require_other_judges
from oasis_tf.config.section import Section
from oasis_tf.config.sections import Config, ModelName
from oasis_tf.config.training_section import SharedTrainingConfig

PATCH = 3  # times 2**num_layers: the least side of an image that the discriminator takes


class Pix2PixGeneratorConfig(Section):
    """The generator, `Pix2PixGenerator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    image_size: bounds.Size | None = Field(
        None, description="Follows from data.image_size; leave it out."
    )
    channels: bounds.GeneratorWidth = Field(
        64, description="Width after the first halving. It doubles up to 8 times that."
    )
    num_downs: bounds.NumDowns = Field(
        8,
        description="How often the image is halved, so height and width of data.image_size must be "
        "multiples of 2 ** num_downs. Dropout, the noise, needs at least 6.",
    )
    dropout: bounds.DropoutRate = Field(
        0.5,
        description="Share of units that are dropped on the num_downs - 5 maps with dropout, in "
        "inference too. 0: no noise, one image a label map.",
    )
    statistics: Literal["image", "running"] = Field(
        "image",
        description="What batch norm uses in inference. image: the moments of each image by "
        "itself, as the official test. running: those that training has averaged.",
    )


class Pix2PixDiscriminatorConfig(Section):
    """The discriminator, `Pix2PixDiscriminator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    channels: bounds.Width = Field(
        64, description="Width of the first convolution. It doubles up to 8 times that."
    )
    num_layers: bounds.PatchLayers = Field(
        3,
        description="How often the image is halved. 3: patches of 70x70, as in the paper; 2: of "
        "34x34; 1: of 16x16.",
    )


class Pix2PixTrainingConfig(SharedTrainingConfig):
    """Optimizers, losses, length, checkpoints and reports.

    The length is `epochs` times `steps_per_epoch`. Intervals ("every") are in training steps.
    """

    generator_learning_rate: bounds.LearningRate = Field(
        2e-4, description="Learning rate of the generator's Adam optimizer."
    )
    discriminator_learning_rate: bounds.LearningRate = Field(
        2e-4, description="Learning rate of the discriminator's Adam optimizer."
    )
    beta_1: bounds.Decay = Field(
        0.5, description="Decay of Adam's first moments, of both optimizers."
    )
    ema_decay: bounds.Decay = Field(
        0.0,
        description="Decay of the generator's exponential moving average, which averages over "
        "about 1 / (1 - ema_decay) steps. 0: none, as in the paper.",
    )
    lambda_l1: bounds.LossWeight = Field(
        100.0, description="Weight of the L1 distance of fakes to their photographs."
    )


class Pix2PixConfig(Config):
    """One experiment of Pix2Pix."""

    model: ModelName = Field("pix2pix", description=Config.model_fields["model"].description)
    generator: Pix2PixGeneratorConfig = Field(
        Pix2PixGeneratorConfig(), description="The generator network."
    )
    discriminator: Pix2PixDiscriminatorConfig = Field(
        Pix2PixDiscriminatorConfig(), description="The discriminator network."
    )
    training: Pix2PixTrainingConfig = Field(
        description="Optimizers, losses, length, checkpoints and reports."
    )

    def _multiple(self):
        return 2**self.generator.num_downs, f"generator.num_downs {self.generator.num_downs}"

    def _check_model(self):
        if self.training.rematerialize:
            raise ValueError(
                "training.rematerialize is for OASIS and SPADE; Pix2Pix has no blocks to compute "
                "again, so leave it out"
            )
        least = PATCH * 2**self.discriminator.num_layers
        if min(self.data.image_size) < least:
            raise ValueError(
                f"data.image_size {list(self.data.image_size)} is too small for this "
                f"discriminator: it needs at least {least} each way (discriminator.num_layers "
                f"{self.discriminator.num_layers})"
            )
        if "l1" in self.losses.generator:
            raise ValueError(
                "losses.generator adds l1, which Pix2Pix has already; set training.lambda_l1"
            )
        require_other_judges(self, title="Pix2Pix")
