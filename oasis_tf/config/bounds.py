"""How large the numbers of an experiment may be, and why not larger.

What fits the machine is another question, see `oasis_tf.memory`: these bounds hold everywhere.
"""

from typing import Annotated

import pydantic
from pydantic import Field
from pydantic_core import PydanticCustomError

from oasis_tf.io.number_types import integer, no_bool, number

MAX_STEP = 2**31 - 1  # of training, in all
MAX_SIDE = 2**14
MAX_BATCH = 2**16

# Pixels and classes.
Side = integer(
    at_least=1,
    at_most=MAX_SIDE,
    because="64 channels of an image of 16,384 x 16,384 pixels take 64 GiB",
)
Size = tuple[Side, Side]
NumClasses = integer(at_least=2, at_most=256, because="a label map has a byte for each pixel")
ClassId = integer(at_least=0, at_most=255, because="a label map has a byte for each pixel")
ColorChannel = integer(at_least=0, at_most=255, because="it is a byte of a colour")
Color = tuple[ColorChannel, ColorChannel, ColorChannel]
Colors = Annotated[  # of one class: a colour, or a list of them
    list[Color],
    pydantic.BeforeValidator(
        lambda value: (
            [value] if value and isinstance(value, list) and type(value[0]) is int else value
        )
    ),
]


def _keep_all(value, read):
    """Refuses two spellings of one id, such as 7 and '07'."""
    mapping = read(value)
    if isinstance(value, dict) and len(mapping) < len(value):
        ids = [int(key) for key in value]
        twice = next(key for key in ids if ids.count(key) > 1)
        raise PydanticCustomError("id_given_twice", f"the id {twice} is given twice")
    return mapping


IdMap = Annotated[dict[ClassId, ClassId], pydantic.WrapValidator(_keep_all)]
Share = number(gt=0, lt=1, at_most=1)
NumScenes = integer(
    at_least=1, at_most=10**6, because="their names are held in memory, and each is rendered"
)
Seed = integer(at_least=0, at_most=2**32 - 1, because="a seed has 32 bits")

# Networks.
Width = integer(
    at_least=1, at_most=4096, because="a 3x3 convolution between 4,096 channels takes 576 MiB"
)
GeneratorWidth = integer(at_least=1, at_most=1024, because="its widest layers have 16 times more")
NumBlocks = integer(
    at_least=1, at_most=8, because="each halves the image once more, and 8 leave 1/128 of a side"
)
NoiseWidth = integer(at_least=0, at_most=4096, because="every pixel sees all of it")
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=14)]  # 2**14 is MAX_SIDE
InitGain = number(gt=0, at_most=100, because="larger initial weights overflow within a few layers")

# Training.
BatchSize = integer(at_least=1, at_most=MAX_BATCH, because="no machine holds more images at once")
Epochs = integer(at_least=1, at_most=10**6, because="a run has at most 2,147,483,647 steps")
Steps = integer(at_least=1, at_most=MAX_STEP, because="a run has no more steps")
StepsPerExecution = integer(
    at_least=1, at_most=10**4, because="reports, checkpoints and Ctrl-C wait for the last one"
)
LearningRate = number(gt=0, at_most=10, because="Adam moves every weight by about that much a step")
Decay = number(ge=0, lt=1, at_most=1)
Epsilon = number(gt=0, at_most=1, because="it only keeps divisions from being by zero")
LossWeight = number(ge=0, at_most=1e6, because="all other losses would be rounding errors")
ExplosionLimit = number(gt=1, at_most=1e12, because="float32 has no room for the gradients then")
KeptCheckpoints = integer(at_least=1, at_most=10**6, because="each is a folder on disk")
SheetRows = integer(at_least=1, at_most=1000, because="one picture shows them all")
NumImages = integer(at_least=1, at_most=10**7, because="each is painted")
RecalibrationBatches = integer(
    at_least=1, at_most=10**4, because="each score, sample sheet and checkpoint paints as many"
)

# Evaluation.
EvaluatedImages = integer(at_least=2, at_most=10**7, because="each is painted")
Samples = integer(at_least=2, at_most=1000, because="every pair of them is compared")
PixelNumber = number(at_most=1e6, ge=-1e6, because="networks read pixels of about 0 to 255")
PixelValue = PixelNumber | tuple[PixelNumber, PixelNumber, PixelNumber]  # of all channels, or each
# A class by its id or name, None for none.
LogitClass = Annotated[ClassId | str | None, pydantic.BeforeValidator(no_bool)]
