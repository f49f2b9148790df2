"""The keys of an experiment and what they may be."""

from pathlib import Path
from typing import Literal

import pydantic
import yaml

from oasis_tf.config import bounds
from oasis_tf.config.data_section import DataConfig
from oasis_tf.config.evaluation_section import EvaluationConfig
from oasis_tf.config.section import Section

SMALLEST_VGG_IMAGE = 16  # `PerceptualLoss` looks at features behind four poolings

# The first ones are of `evaluation`, the others what the run's own discriminator scores.
EVALUATED = ("fid", "kid", "miou")
BestMetric = Literal[
    "fid", "kid", "miou", "miou_fake", "accuracy_fake", "miou_real", "accuracy_real"
]


class GeneratorConfig(Section):
    """Arguments of `OASISGenerator`; `num_classes` and `image_size` follow from `data`."""

    num_classes: bounds.NumClasses | None = None
    image_size: bounds.Size | None = None
    channels: bounds.GeneratorWidth = 64
    num_blocks: bounds.NumBlocks = 6
    z_dim: bounds.NoiseWidth = 64
    norm: Literal["batch", "instance", "none"] = "batch"
    spade_hidden: bounds.Width = 128
    spectral_norm: bool = True
    init_gain: bounds.InitGain = 0.02
    label_embedding: bounds.Width | None = None
    modulation: Literal["auto", "dense", "distinct"] = "auto"


class DiscriminatorConfig(Section):
    """Arguments of `OASISDiscriminator`; `num_classes` follows from `data`."""

    num_classes: bounds.NumClasses | None = None
    channels: bounds.Widths = (128, 128, 256, 256, 512, 512)
    spectral_norm: bool = True
    init_gain: bounds.InitGain = 0.02


class TrainingConfig(Section):
    """Optimizers, length, and how often a run reports.

    The length is `epochs` times `steps_per_epoch`; by default an epoch is one pass over the data.
    Everything that happens "every" so often counts training steps.
    """

    batch_size: bounds.BatchSize
    epochs: bounds.Epochs
    steps_per_epoch: bounds.Steps | None = None
    generator_learning_rate: bounds.LearningRate = 1e-4
    discriminator_learning_rate: bounds.LearningRate = 4e-4
    beta_1: bounds.Decay = 0.0
    beta_2: bounds.Decay = 0.999
    epsilon: bounds.Epsilon = 1e-8
    lambda_label_mix: bounds.LossWeight = 10.0
    ema_decay: bounds.Decay = 0.9999
    class_balancing: bool = True
    add_vgg_loss: bool = False
    vgg_weights: str = "imagenet"
    lambda_vgg: bounds.LossWeight = 10.0
    log_gradient_norms: bool = True
    seed: bounds.Seed = 0
    dtype_policy: Literal["float32", "mixed_float16", "mixed_bfloat16"] = "float32"
    jit_compile: bool = False
    steps_per_execution: bounds.StepsPerExecution = 1
    checkpoint_every: bounds.Steps = 1000
    keep_last: bounds.KeptCheckpoints = 2
    best_metric: BestMetric | None = "miou_fake"
    explosion_limit: bounds.ExplosionLimit | None = 1000.0
    sample_every: bounds.Steps = 1000
    num_samples: bounds.SheetRows = 6
    score_every: bounds.Steps = 1000
    score_images: bounds.NumImages = 200
    evaluate_every: bounds.Steps | None = None
    recalibration_batches: bounds.RecalibrationBatches = 51


class Config(Section):
    """One experiment."""

    data: DataConfig
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    training: TrainingConfig
    evaluation: EvaluationConfig = EvaluationConfig()

    @pydantic.model_validator(mode="after")
    def _fill_in(self):
        for section, key in (
            ("generator", "num_classes"),
            ("generator", "image_size"),
            ("discriminator", "num_classes"),
        ):
            value, expected = getattr(getattr(self, section), key), getattr(self.data, key)
            if value not in (None, expected):
                raise ValueError(f"{section}.{key} is {value}, but data.{key} is {expected}")
        # Copies: a default section is one object shared by all configs.
        shape = {"num_classes": self.data.num_classes}
        self.generator = self.generator.model_copy(
            update={**shape, "image_size": self.data.image_size}
        )
        self.discriminator = self.discriminator.model_copy(update=shape)
        self._check_size()
        self._check_length()
        self._check_best_metric()
        return self

    def _check_length(self):
        epochs, length = self.training.epochs, self.training.steps_per_epoch
        if length is not None and epochs * length > bounds.MAX_STEP:
            raise ValueError(
                f"training.epochs times training.steps_per_epoch is {epochs * length:,} steps; a "
                f"run has at most {bounds.MAX_STEP:,}"
            )

    def _check_best_metric(self):
        metric, metrics = self.training.best_metric, self.evaluation.metrics
        if metric not in EVALUATED:
            return
        if self.training.evaluate_every is None:
            raise ValueError(
                f"training.best_metric is {metric}, so training.evaluate_every must say how often "
                "it is to be measured"
            )
        if metric not in metrics:
            raise ValueError(
                f"training.best_metric is {metric}, but evaluation.metrics are {metrics}; add it"
            )

    def _check_size(self):
        multiple = 2 ** max(self.generator.num_blocks - 1, len(self.discriminator.channels))
        if any(side % multiple for side in self.data.image_size):
            below = [max(1, side // multiple) * multiple for side in self.data.image_size]
            above = [-(-side // multiple) * multiple for side in self.data.image_size]
            raise ValueError(
                f"data.image_size {list(self.data.image_size)} does not fit this network: height "
                f"and width must be multiples of {multiple} (generator.num_blocks "
                f"{self.generator.num_blocks}, {len(self.discriminator.channels)} "
                f"discriminator.channels); near sizes are {below} and {above}"
            )
        if self.training.add_vgg_loss and min(self.data.image_size) < SMALLEST_VGG_IMAGE:
            raise ValueError(
                f"data.image_size {list(self.data.image_size)} is too small for "
                f"training.add_vgg_loss: VGG19 needs at least {SMALLEST_VGG_IMAGE} each way"
            )
        load_size, shorter = self.data.load_size, min(self.data.image_size)
        if load_size is not None and load_size < shorter:
            raise ValueError(
                f"data.load_size is {load_size}; it must be at least {shorter}, the shorter side "
                "of data.image_size"
            )

    def with_classes(self, *, class_names, palette):
        """A copy that knows its classes, so that it can be used where the data is not."""
        classes = {
            "class_names": list(class_names),
            "palette": [tuple(int(channel) for channel in color) for color in palette],
        }
        return self.model_copy(update={"data": self.data.model_copy(update=classes)})

    def with_listed_classes(self, classes):
        """A copy for which `data.classes` lists the classes: dict of id to name."""
        raw = self.model_dump(
            exclude={"generator": {"num_classes"}, "discriminator": {"num_classes"}}
        )
        return Config.model_validate(raw | {"data": raw["data"] | {"classes": classes}})

    def save(self, path):
        """Writes the resolved config as YAML, readable by `load_config`."""
        text = yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, default_flow_style=None, width=100
        )
        Path(path).write_text(text, encoding="utf-8")
