"""The keys of a config of `model: spade`, and what must hold between them."""

from typing import Literal

from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.network_sections import OWN_MOMENTS
from oasis_tf.config.other_judges import require_other_judges
from oasis_tf.config.section import Section
from oasis_tf.config.sections import Config, ModelName
from oasis_tf.config.training_section import SharedTrainingConfig

MULTIPLES = {"normal": 32, "more": 64, "most": 128}  # of height and width, by upsampling


class SPADEGeneratorConfig(Section):
    """The generator, `SPADEGenerator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    image_size: bounds.Size | None = Field(
        None, description="Follows from data.image_size; leave it out."
    )
    channels: bounds.GeneratorWidth = Field(
        64, description="Width of the seventh block. The first three have 16 times as many."
    )
    upsampling: Literal["normal", "more", "most"] = Field(
        "normal",
        description="How often features are doubled: 5, 6 or 7 times, so height and width of "
        "data.image_size must be multiples of 32, 64 or 128.",
    )
    z_dim: bounds.NoiseWidth = Field(
        0,
        description="Length of the noise vector z, which a variational encoder learns from "
        "photographs; 256 in the official code. 0: no noise and no encoder, one image a label map.",
    )
    edges: bool = Field(
        False,
        description="Whether both networks see the edges between instances, a channel behind the "
        "classes. Needs data.instances; cityscapes has its own.",
    )
    own_moments: bounds.OwnMoments = OWN_MOMENTS
    spade_hidden: bounds.Width = Field(
        128, description="Width of the convolution that gamma and beta of a SPADE layer share."
    )
    spectral_norm: bool = Field(
        True, description="Whether the blocks' convolutions are spectrally normalized."
    )
    init_gain: bounds.InitGain = Field(
        0.02,
        description="Gain of the Xavier normal initialization. 0.02, of the reference, is for long "
        "runs of wide networks; use 1.0 for small networks and short runs.",
    )
    modulation: Literal["auto", "dense", "distinct"] = Field(
        "auto",
        description="How gamma and beta are computed. dense: at every pixel. distinct: once for "
        "each distinct neighbourhood of labels. auto: the cheaper one. The result is the same.",
    )


class SPADEDiscriminatorConfig(Section):
    """The discriminator, `SPADEDiscriminator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    channels: bounds.Width = Field(
        64, description="Width of each scale's first convolution. It doubles up to 512."
    )
    edges: bool | None = Field(None, description="Follows from generator.edges; leave it out.")
    init_gain: bounds.InitGain = Field(
        0.02, description="Gain of the Xavier normal initialization, see generator.init_gain."
    )


class SPADETrainingConfig(SharedTrainingConfig):
    """Optimizers, losses, length, checkpoints and reports.

    The length is `epochs` times `steps_per_epoch`. Intervals ("every") are in training steps.
    """

    beta_2: bounds.Decay = Field(
        0.9, description="Decay of Adam's second moments, of both optimizers."
    )
    ema_decay: bounds.Decay = Field(
        0.0,
        description="Decay of the generator's exponential moving average, which averages over "
        "about 1 / (1 - ema_decay) steps. 0: none, as in the paper.",
    )
    lambda_feat: bounds.LossWeight = Field(
        10.0, description="Weight of the L1 distance in the discriminator's features."
    )
    lambda_kld: bounds.LossWeight = Field(
        0.05,
        description="Weight of the encoder's divergence from the standard normal distribution, "
        "summed over the batch; used if generator.z_dim is not 0.",
    )


class SPADEConfig(Config):
    """One experiment of SPADE."""

    model: ModelName = Field("spade", description=Config.model_fields["model"].description)
    generator: SPADEGeneratorConfig = Field(
        SPADEGeneratorConfig(), description="The generator network."
    )
    discriminator: SPADEDiscriminatorConfig = Field(
        SPADEDiscriminatorConfig(), description="The discriminator network."
    )
    training: SPADETrainingConfig = Field(
        description="Optimizers, losses, length, checkpoints and reports."
    )

    def _multiple(self):
        upsampling = self.generator.upsampling
        return MULTIPLES[upsampling], f"generator.upsampling {upsampling}"

    def _settle_instances(self):
        """Both networks take instance edges, and the data have instances, or none of the three."""
        edges, instances = self.generator.edges, self.data.instances
        if self.discriminator.edges not in (None, edges):
            raise ValueError("discriminator.edges is not generator.edges; leave it out")
        self.discriminator = self.discriminator.model_copy(update={"edges": edges})
        if not edges and instances is not None:
            raise ValueError(
                "data.instances is given, but generator.edges is false, so nothing uses it; set "
                "generator.edges: true, or leave data.instances out"
            )
        if not edges or instances is not None:
            return
        source = self.data.source
        if "instances" not in self.data.info.keys:
            raise ValueError(
                f"generator.edges needs instance maps, which the data set {source} does not have; "
                "leave it out"
            )
        if self.data.info.instances is None:
            raise ValueError(
                "generator.edges needs instance maps; name their folder below data.root in "
                "data.instances, such as instances/{split}"
            )
        found = {"instances": self.data.info.instances}
        self.data = self.data.model_copy(update=found)

    def _check_model(self):
        require_other_judges(self, title="SPADE")
