"""The types of an experiment's numbers: bounds, the reason for the upper one, and the unit.

Whether a config fits a machine is checked in `oasis_tf.runtime.memory_estimate`; these bounds hold
everywhere.
"""

from typing import Annotated

import pydantic
from pydantic import Field
from pydantic_core import PydanticCustomError

from oasis_tf.config.section import Form
from oasis_tf.io.number_types import integer, no_bool, number

MAX_STEP = 2**31 - 1  # of training, in all
MAX_SIDE = 2**14
MAX_BATCH = 2**16

# Pixels and classes.
Side = integer(
    at_least=1,
    at_most=MAX_SIDE,
    because="64 channels of an image of 16,384 x 16,384 pixels take 64 GiB",
    unit="pixels",
)
Size = Annotated[tuple[Side, Side], Form(lambda: "[height, width]")]
NumClasses = integer(
    at_least=2, at_most=256, because="a label map has a byte for each pixel", unit="classes"
)
ClassId = integer(
    at_least=0, at_most=255, because="a label map has a byte for each pixel", unit="ids"
)
ColorChannel = integer(
    at_least=0, at_most=255, because="it is a byte of a colour", unit="RGB, 0 to 255"
)
Color = Annotated[
    tuple[ColorChannel, ColorChannel, ColorChannel], Form(lambda: "[red, green, blue]")
]
Colors = Annotated[  # of one class: a colour, or a list of them
    list[Color],
    pydantic.BeforeValidator(
        lambda value: (
            [value] if value and isinstance(value, list) and type(value[0]) is int else value
        )
    ),
    Form(lambda: "[red, green, blue], or a list of these"),
]


def _keep_all(value, read):
    """Refuses two spellings of one id, such as 7 and '07'."""
    mapping = read(value)
    if isinstance(value, dict) and len(mapping) < len(value):
        ids = [int(key) for key in value]
        twice = next(key for key in ids if ids.count(key) > 1)
        raise PydanticCustomError("id_given_twice", f"the id {twice} is given twice")
    return mapping


IdMap = Annotated[
    dict[ClassId, ClassId], pydantic.WrapValidator(_keep_all), Form(lambda: "{id: class, ...}")
]
Share = number(gt=0, lt=1, at_most=1, unit="fraction")
NumScenes = integer(
    at_least=1,
    at_most=10**6,
    because="their names are held in memory, and each is rendered",
    unit="scenes",
)
Seed = integer(at_least=0, at_most=2**32 - 1, because="a seed has 32 bits", unit="none")

# Augmentation.
Enlargement = number(
    ge=1,
    at_most=2,
    because="larger pairs take long; for smaller windows set load_size",
    unit="factor",
)
Rotation = number(
    ge=0, at_most=45, because="beyond, most of the corners is mirrored", unit="degrees"
)
Warp = number(
    ge=0,
    at_most=0.08,
    because="from 1/12 on the warp may fold the image",
    unit="fraction of the shorter side",
)
Jitter = number(ge=0, at_most=1, because="1 already leaves nothing, or doubles it", unit="fraction")
Hue = number(ge=0, at_most=180, because="the hues are a circle", unit="degrees")

# Networks.
Width = integer(
    at_least=1,
    at_most=4096,
    because="a 3x3 convolution between 4,096 channels takes 576 MiB",
    unit="channels",
)
GeneratorWidth = integer(
    at_least=1, at_most=1024, because="its widest layers have 16 times more", unit="channels"
)
NumBlocks = integer(
    at_least=1,
    at_most=8,
    because="each halves the image once more, and 8 leave 1/128 of a side",
    unit="blocks",
)
NumDowns = integer(
    at_least=2,
    at_most=10,
    because="each halves the image once more, and 10 leave 1/1,024 of a side",
    unit="halvings",
)
PatchLayers = integer(
    at_least=1,
    at_most=8,
    because="each halves the image once more, and 8 leave 1/256 of a side",
    unit="layers",
)
DropoutRate = number(ge=0, lt=1, at_most=1, unit="fraction of the units")
NoiseWidth = integer(
    at_least=0, at_most=4096, because="the layers see all of it at every pixel", unit="channels"
)
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=14)]  # 2**14 is MAX_SIDE
BackboneUpscale = integer(
    at_least=1, at_most=2, because="the backbone's work grows with its square", unit="times"
)
ImageLevels = integer(
    at_least=1, at_most=5, because="the smallest joins the decoder's first block", unit="sizes"
)
InitGain = number(
    gt=0,
    at_most=100,
    because="larger initial weights overflow within a few layers",
    unit="factor",
)

# Training.
BatchSize = integer(
    at_least=1, at_most=MAX_BATCH, because="no machine holds more images at once", unit="images"
)
Epochs = integer(
    at_least=1, at_most=10**6, because="a run has at most 2,147,483,647 steps", unit="epochs"
)
ConstantEpochs = integer(
    at_least=0, at_most=10**6, because="a run has at most 1,000,000 epochs", unit="epochs"
)
Steps = integer(
    at_least=1, at_most=MAX_STEP, because="a run has no more steps", unit="training steps"
)
StepsPerExecution = integer(
    at_least=1,
    at_most=10**4,
    because="reports, checkpoints and Ctrl-C wait for the last one",
    unit="training steps",
)
LearningRate = number(
    gt=0,
    at_most=10,
    because="Adam moves every weight by about that much a step",
    unit="change of a weight in a step",
)
Decay = number(ge=0, lt=1, at_most=1, unit="fraction that a step keeps")
Epsilon = number(gt=0, at_most=1, because="it only keeps divisions from being by zero", unit="none")
Shift = number(
    ge=0, at_most=0.5, because="a larger one removes most of the image", unit="fraction of a side"
)
CutOut = number(
    ge=0, at_most=0.75, because="a larger one removes most of the image", unit="fraction of a side"
)
ColorStrength = number(
    ge=0, at_most=1, because="a larger one inverts colours", unit="fraction of DiffAugment's"
)
OwnMoments = number(ge=0, at_most=1, unit="fraction of the moments")
Probability = number(ge=0, at_most=1, unit="probability")
Overfitting = number(gt=0, lt=1, at_most=1, unit="ratio")
ProbabilityStep = number(gt=0, at_most=1, unit="probability")
LossWeight = number(
    ge=0, at_most=1e6, because="all other losses would be rounding errors", unit="factor"
)
ExplosionLimit = number(
    gt=1, at_most=1e12, because="float32 cannot hold the gradients then", unit="factor"
)
KeptCheckpoints = integer(
    at_least=1, at_most=10**6, because="each is a folder on disk", unit="checkpoints"
)
SheetRows = integer(
    at_least=1, at_most=1000, because="one picture shows them all", unit="label maps"
)
NumImages = integer(at_least=1, at_most=10**7, because="each is painted", unit="pairs")
RecalibrationBatches = integer(
    at_least=1,
    at_most=10**4,
    because="each score, sample sheet and checkpoint paints as many",
    unit="batches",
)

# Evaluation.
EvaluatedImages = integer(at_least=2, at_most=10**7, because="each is painted", unit="pairs")
Samples = integer(at_least=2, at_most=1000, because="every pair of them is compared", unit="images")
PixelNumber = number(
    at_most=1e6,
    ge=-1e6,
    because="networks take pixels of about 0 to 255",
    unit="the network's pixel values",
)
PixelValue = Annotated[  # of all channels, or each
    PixelNumber | tuple[PixelNumber, PixelNumber, PixelNumber],
    Form(lambda: "number or [red, green, blue]"),
]
# A class by its id or name, None for none.
LogitClass = Annotated[
    ClassId | str | None, pydantic.BeforeValidator(no_bool), Form(lambda: "id, name or null")
]
