"""An experiment: all sections of a config, and what must hold between them."""

from pathlib import Path
from typing import Literal

import pydantic
import yaml
from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.data_section import DataConfig
from oasis_tf.config.evaluation_section import EvaluationConfig
from oasis_tf.config.image_size import near_sizes
from oasis_tf.config.losses_section import LossesConfig
from oasis_tf.config.metrics import HELD_OUT_SCORES
from oasis_tf.config.network_sections import DiscriminatorConfig, GeneratorConfig
from oasis_tf.config.section import Section
from oasis_tf.config.training_section import TrainingConfig

SMALLEST_VGG_IMAGE = 16  # `PerceptualLoss` takes features after four poolings


ModelName = Literal["oasis", "spade", "pix2pix"]


class Config(Section):
    """One experiment, of OASIS. Those of other models are subclasses, see `config.models`."""

    model: ModelName = Field(
        "oasis",
        description="The model. Each has its own keys of generator, discriminator and training.",
    )
    data: DataConfig = Field(description="The data set, its classes and how it is read.")
    generator: GeneratorConfig = Field(GeneratorConfig(), description="The generator network.")
    discriminator: DiscriminatorConfig = Field(
        DiscriminatorConfig(), description="The discriminator network."
    )
    training: TrainingConfig = Field(
        description="Optimizers, losses, length, checkpoints and reports."
    )
    losses: LossesConfig = Field(LossesConfig(), description="Losses added to the model's own.")
    evaluation: EvaluationConfig = Field(
        EvaluationConfig(), description="Metrics of `evaluate` and of training.evaluate_every."
    )

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
        self._settle_instances()
        self._check_size()
        self._check_length()
        self._check_model()
        self._check_best_metric()
        return self

    def _multiple(self):
        """What height and width are multiples of, and the keys that this follows from."""
        blocks, halvings = self.generator.num_blocks, self.discriminator.num_halvings
        keys = f"generator.num_blocks {blocks}, {halvings} halvings by the discriminator"
        return 2 ** max(blocks - 1, halvings), keys

    def _settle_instances(self):
        """Raises: ValueError for instance maps that this model does not take."""
        if self.data.instances is not None:
            raise ValueError(
                f"data.instances is for model: spade with generator.edges, not for {self.model}; "
                "leave it out"
            )

    def _check_model(self):
        """Raises: ValueError for what does not fit together in this model."""

    def _check_length(self):
        epochs, length = self.training.epochs, self.training.steps_per_epoch
        if length is not None and epochs * length > bounds.MAX_STEP:
            raise ValueError(
                f"training.epochs times training.steps_per_epoch is {epochs * length:,} steps; a "
                f"run has at most {bounds.MAX_STEP:,}"
            )

    def _check_best_metric(self):
        metric, metrics = self.training.best_metric, self.evaluation.metrics
        if metric is None or metric in HELD_OUT_SCORES:
            return
        if self.training.evaluate_every is None:
            raise ValueError(
                f"training.best_metric is {metric}, so training.evaluate_every must be set: the "
                "interval at which it is measured"
            )
        if metric not in metrics:
            raise ValueError(
                f"training.best_metric is {metric}, but evaluation.metrics are {metrics}; add it"
            )

    def _check_size(self):
        multiple, keys = self._multiple()
        near = near_sizes(self.data.image_size, multiple)
        if near != [tuple(self.data.image_size)]:
            raise ValueError(
                f"data.image_size {list(self.data.image_size)} does not fit this network: height "
                f"and width must be multiples of {multiple} ({keys}); near sizes are "
                f"{' and '.join(str(list(size)) for size in near)}"
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
        """A copy with the classes, for use without the data."""
        classes = {
            "class_names": list(class_names),
            "palette": [tuple(int(channel) for channel in color) for color in palette],
        }
        return self.model_copy(update={"data": self.data.model_copy(update=classes)})

    def with_listed_classes(self, classes):
        """A copy with `data.classes`, a dict of id to name."""
        raw = self.model_dump(
            exclude={"generator": {"num_classes"}, "discriminator": {"num_classes"}}
        )
        return type(self).model_validate(raw | {"data": raw["data"] | {"classes": classes}})

    def save(self, path):
        """Writes the resolved config as YAML, readable by `load_config`."""
        text = yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, default_flow_style=None, width=100
        )
        Path(path).write_text(text, encoding="utf-8")
