"""What an experiment is, in one YAML file, checked once at the edge.

`load_config` reads the file, applies `--set a.b=c`, and fills in what follows from something
said elsewhere (`num_classes`, `image_size`), so that
`OASISGenerator(**config.generator.model_dump())` works.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Literal

import pydantic
import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveInt

# Sources whose classes are known, the void class counted; id 0 is void in both.
KNOWN_NUM_CLASSES = {"ade20k": 151, "landscapes": 14}

# What a resumed run may change: its length, its reports, and where the data lies.
CHANGEABLE_ON_RESUME = frozenset(
    {"data.root"}
    | {
        f"training.{key}"
        for key in (
            "epochs",
            "steps_per_epoch",
            "checkpoint_every",
            "keep_last",
            "sample_every",
            "score_every",
            "score_images",
            "num_samples",
            "recalibration_batches",
        )
    }
)

Size = tuple[PositiveInt, PositiveInt]
ColorChannel = Annotated[int, Field(ge=0, le=255)]
Color = tuple[ColorChannel, ColorChannel, ColorChannel]
Channels = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
LearningRate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Decay = Annotated[float, Field(ge=0, lt=1)]


class ConfigError(ValueError):
    """A configuration that cannot be used; its text is one sentence for the person who wrote it."""


class Section(BaseModel):
    """A mapping that knows its keys: any other is an error."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


class DataConfig(Section):
    """Which images and label maps; `num_classes` counts the void class."""

    source: Literal["ade20k", "folder", "landscapes"]
    root: str | None = None
    image_size: Size
    num_classes: Annotated[int, Field(ge=2, le=256)] | None = None
    void_id: NonNegativeInt | None = None
    id_map: dict[int, int] | None = None
    class_names: list[str] | None = None
    palette: list[Color] | None = None
    images: str = "images/{split}"
    labels: str = "labels/{split}"
    train_split: str = "train"
    val_split: str = "val"
    num_scenes: PositiveInt = 2000
    seed: NonNegativeInt = 0
    load_size: PositiveInt | None = None
    flip: bool = True

    @pydantic.model_validator(mode="after")
    def _check_classes(self):
        known = KNOWN_NUM_CLASSES.get(self.source)
        if known is not None and self.void_id is None:
            self.void_id = 0
        if self.num_classes is None:
            self.num_classes = known
        if self.num_classes is None:
            raise ValueError("data.num_classes is missing; it counts the void class")
        if known not in (None, self.num_classes):
            raise ValueError(
                f"data.num_classes is {self.num_classes}, but {self.source} has {known} classes"
            )
        for key in ("class_names", "palette"):
            entries = getattr(self, key)
            if entries is not None and len(entries) != self.num_classes:
                raise ValueError(
                    f"data.{key} has {len(entries)} entries for {self.num_classes} classes"
                )
        return self


class GeneratorConfig(Section):
    """Arguments of `OASISGenerator`; `num_classes` and `image_size` follow from `data`."""

    num_classes: int | None = None
    image_size: Size | None = None
    channels: PositiveInt = 64
    num_blocks: Annotated[int, Field(ge=1, le=8)] = 6
    z_dim: NonNegativeInt = 64
    norm: Literal["batch", "instance", "none"] = "batch"
    spade_hidden: PositiveInt = 128
    spectral_norm: bool = True
    init_gain: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.02


class DiscriminatorConfig(Section):
    """Arguments of `OASISDiscriminator`; `num_classes` follows from `data`."""

    num_classes: int | None = None
    channels: Channels = (128, 128, 256, 256, 512, 512)
    spectral_norm: bool = True
    init_gain: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.02


class TrainingConfig(Section):
    """Optimizers, length, and how often a run reports.

    The length is `epochs` times `steps_per_epoch`; by default an epoch is one pass over the data.
    Everything that happens "every" so often counts training steps.
    """

    batch_size: PositiveInt
    epochs: PositiveInt
    steps_per_epoch: PositiveInt | None = None
    generator_learning_rate: LearningRate = 1e-4
    discriminator_learning_rate: LearningRate = 4e-4
    beta_1: Decay = 0.0
    beta_2: Decay = 0.999
    lambda_label_mix: Annotated[NonNegativeFloat, Field(allow_inf_nan=False)] = 10.0
    ema_decay: Decay = 0.9999
    class_balancing: bool = True
    seed: Seed = 0
    checkpoint_every: PositiveInt = 1000
    keep_last: PositiveInt = 2
    sample_every: PositiveInt = 1000
    num_samples: PositiveInt = 6
    score_every: PositiveInt = 1000
    score_images: PositiveInt = 200
    recalibration_batches: PositiveInt = 51


class Config(Section):
    """One experiment."""

    data: DataConfig
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    training: TrainingConfig

    @pydantic.model_validator(mode="after")
    def _fill_in(self):
        for section, key in (
            ("generator", "num_classes"),
            ("generator", "image_size"),
            ("discriminator", "num_classes"),
        ):
            said, expected = getattr(getattr(self, section), key), getattr(self.data, key)
            if said not in (None, expected):
                raise ValueError(f"{section}.{key} is {said}, but data.{key} is {expected}")
        # Copies: a default section is one object shared by all configs.
        shape = {"num_classes": self.data.num_classes}
        self.generator = self.generator.model_copy(
            update={**shape, "image_size": self.data.image_size}
        )
        self.discriminator = self.discriminator.model_copy(update=shape)
        self._check_size()
        return self

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

    def save(self, path):
        """Writes the resolved config as YAML, readable by `load_config`."""
        text = yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, default_flow_style=None, width=100
        )
        Path(path).write_text(text, encoding="utf-8")


def load_config(path, *, overrides=(), data_root=None):
    """Reads one experiment.

    Args:
        path: the YAML file.
        overrides: iterable of str "section.key=value", the value in YAML.
        data_root: str, where the data lies; takes precedence over `data.root`.
    Returns: a `Config`, complete.
    Raises: ConfigError, naming the file and the key.
    """
    raw = _read_yaml(path)
    overridden = {_apply_override(raw, override) for override in overrides}
    if data_root is not None:
        _apply(raw, key="data.root", value=os.path.abspath(data_root))
    try:
        return Config.model_validate(raw)
    except pydantic.ValidationError as error:
        sentences = [_explain(problem, path, overridden) for problem in error.errors()]
        raise ConfigError("; ".join(sentences)) from error


def differing_keys(one, other):
    """Dotted keys in which two configs differ, those left out that a resumed run may change."""
    left, right = _flatten(one.model_dump()), _flatten(other.model_dump())
    return sorted(
        key for key in left if left[key] != right[key] and key not in CHANGEABLE_ON_RESUME
    )


def _read_yaml(path):
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise ConfigError(f"config {path} cannot be read: {reason}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"config {path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"config {path} must be a mapping with the sections {_names(Config)}")
    return raw


def _apply_override(raw, override):
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}: expected section.key=value")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"--set {override}: {text!r} is not a YAML value") from error
    _apply(raw, key=key, value=value)
    return key


def _apply(raw, *, key, value):
    *sections, last = key.split(".")
    for section in sections:
        raw = raw.setdefault(section, {})
        if not isinstance(raw, dict):
            raise ConfigError(f"{key}: {section} is not a section")
    raw[last] = value


def _explain(problem, path, overridden):
    """One sentence for one pydantic error, with the file and the key."""
    key = ".".join(str(part) for part in problem["loc"])
    origin = "--set" if key in overridden else str(path)
    if problem["type"] == "extra_forbidden":
        section = Config
        for part in problem["loc"][:-1]:
            section = section.model_fields[part].annotation
        name = str(problem["loc"][-1])
        near = difflib.get_close_matches(name, section.model_fields, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {_names(section)}"
        return f"{origin}: unknown key {key}; {hint}"
    if problem["type"] == "missing":
        return f"{path}: {key} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error":
        return f"{path}: {message}"
    return f"{origin}: {key} is {problem['input']!r}: {message[0].lower()}{message[1:]}"


def _names(section):
    return ", ".join(section.model_fields)


def _flatten(tree, prefix=""):
    leaves = {}
    for key, value in tree.items():
        if isinstance(value, dict) and key != "id_map":
            leaves |= _flatten(value, f"{prefix}{key}.")
        else:
            leaves[prefix + key] = value
    return leaves
