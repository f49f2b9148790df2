"""The keys of a config's `evaluation`."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.section import Section


class SegmenterConfig(Section):
    """Arguments of `open_segmenter`: who says which class a pixel of a photograph shows."""

    kind: Literal["discriminator", "keras", "keras-hub"] = "discriminator"
    model: str | None = None
    classes: Annotated[list[bounds.LogitClass], Field(min_length=1)] | None = None
    image_size: bounds.Size | None = None
    resize: Literal["bilinear", "bicubic", "area", "nearest"] = "bilinear"
    pixel_range: tuple[bounds.PixelValue, bounds.PixelValue] | None = None

    @pydantic.model_validator(mode="after")
    def _check_kind(self):
        if self.kind != "discriminator":
            if self.model is None:
                wanted = "a .keras file" if self.kind == "keras" else "a preset's name or folder"
                raise ValueError(f"evaluation.segmenter.model is missing; it is {wanted}")
            return self
        for key in ("model", "classes", "image_size", "pixel_range"):
            if getattr(self, key) is not None:
                raise ValueError(
                    f"evaluation.segmenter.{key} is for a network of another kind; set "
                    "evaluation.segmenter.kind to keras or keras-hub"
                )
        return self


class EvaluationConfig(Section):
    """What `evaluate` measures of held-out pairs, and `training.evaluate_every`."""

    metrics: Annotated[list[Literal["fid", "kid", "miou", "diversity"]], Field(min_length=1)] = [
        "fid",
        "miou",
    ]
    num_images: bounds.EvaluatedImages | None = None
    samples: bounds.Samples = 4
    inception_weights: str | None = None
    diversity_backbone: str = "discriminator"
    segmenter: SegmenterConfig = SegmenterConfig()
