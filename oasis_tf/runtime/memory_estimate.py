"""Estimates the memory of a training step from the config alone.

Counted are the numbers that have to be in memory at once: weights, their averages, the optimizers'
moments and the gradients; and of every image what the backward pass reads again. Real peaks are
higher by factors that were found on 2 cores (`python -m benchmarks.peak_memory` measures again):

    config, size, batch                  estimated    measured
    tiny, 32x32, 2                         0.80 GB     0.88 GB
    tiny, 32x32, 32                        0.84 GB     0.92 GB
    camvid, 96x128, 4                      1.27 GB     1.50 GB
    camvid, 96x128, 16                     2.17 GB     2.38 GB
    ade20k, 128x128, 1                     4.13 GB     4.17 GB
    ade20k, 128x128, 2                     4.51 GB     4.32 GB
    ade20k, 256x256, 1, dense              5.28 GB     5.19 GB
    camvid, 96x128, 1, painting            0.84 GB     0.74 GB
    camvid, 96x128, 128, painting          2.94 GB     2.85 GB
    ade20k, 256x256, 1, painting           1.75 GB     1.97 GB
    ade20k, 256x256, 4, painting           2.80 GB     3.31 GB
"""

import math

from oasis_tf.runtime.host_memory import available_bytes, resident_bytes

FLOAT = 4  # bytes
PROGRAM = 0.8e9  # TensorFlow, its graphs and threads
MORE_WEIGHTS, MORE_NUMBERS = 1.6, 1.5  # copies: normalised kernels, sums of gradients, scratch
MORE_IN_PAINTING = 3  # scratch of convolutions
SURELY = 0.8  # of the estimate is needed in any case: less than that is refused


class TooLittleMemoryError(ValueError):
    """A batch that cannot fit this machine, in a sentence."""


def training_bytes(config, *, batch_size, replicas=1):
    """Memory that a process trains in, in bytes.

    Args:
        config: `Config`.
        batch_size: int, images of a step in this process.
        replicas: int, of this process, each with weights of its own.
    """
    generator, discriminator = config.generator, config.discriminator
    # The weights, their gradients, two moments; of the generator an average, too.
    weights = 5 * generator_weights(generator) + 4 * discriminator_weights(discriminator)
    one_pass = discriminator_numbers(discriminator, config.data.image_size)
    numbers = max(generator_numbers(generator) + one_pass, 3 * one_pass)
    bytes_a_number = FLOAT if config.training.dtype_policy == "float32" else FLOAT / 2
    return (
        PROGRAM
        + MORE_WEIGHTS * FLOAT * weights * replicas
        + MORE_NUMBERS * bytes_a_number * numbers * batch_size
    )


def require_memory(config, *, workers=1, replicas=1, available=None):
    """Refuses to train what surely does not fit; to be called before anything is built.

    Args:
        config: `Config`.
        workers: int, processes that share a batch. replicas: int, of this process.
        available: bytes for all of the process; None for what this machine has, and no check where
            that is not known.
    Raises: TooLittleMemoryError.
    """
    available = _at_hand() if available is None else available
    batch_size = config.training.batch_size
    needed = training_bytes(config, batch_size=batch_size // workers, replicas=replicas)
    if available is None or SURELY * needed <= available:
        return
    fixed, with_one_row = (
        training_bytes(config, batch_size=size, replicas=replicas) for size in (0, replicas)
    )
    rows = int((available - fixed) // (with_one_row - fixed))  # of an image for each replica
    remedy = (
        f"try training.batch_size {rows * replicas * workers}"
        if rows > 0
        else "make data.image_size or the networks' channels smaller"
    )
    raise TooLittleMemoryError(
        f"a training step of training.batch_size {batch_size} needs about {_gigabytes(needed)} "
        f"here, {_gigabytes(available)} are there; {remedy}"
    )


def painting_bytes(config, *, batch_size):
    """Memory that a process paints in, in bytes: weights as trained and folded, and what a block of
    the generator takes at the resolution where that is most."""
    generator = config.generator
    widths, (height, width) = _widths(generator), generator.image_size
    numbers = max(
        height * width / 4 ** (generator.num_blocks - 1 - block) * (3 * channels + filters)
        for block, (channels, filters) in enumerate(zip(widths, widths[1:], strict=False))
    )
    weights = 2 * generator_weights(generator)
    return PROGRAM + FLOAT * (weights + batch_size * MORE_IN_PAINTING * numbers)


def require_painting_memory(config, *, batch_size, available=None):
    """Refuses to paint as many photographs at once as surely do not fit.

    Args:
        config: `Config` of the run. batch_size: int.
        available: bytes for all of the process; None for what this machine has, and no check where
            that is not known.
    Raises: TooLittleMemoryError.
    """
    available = _at_hand() if available is None else available
    needed = painting_bytes(config, batch_size=batch_size)
    if available is None or SURELY * needed <= available:
        return
    fixed, with_one = (painting_bytes(config, batch_size=size) for size in (0, 1))
    fitting = max(1, int((available - fixed) // (with_one - fixed)))
    raise TooLittleMemoryError(
        f"painting {batch_size:,} photographs at once needs about {_gigabytes(needed)}, "
        f"{_gigabytes(available)} are there; try --batch-size {fitting}"
    )


def _at_hand():
    """What this process has, TensorFlow in it, and what it can still take; or None."""
    left = available_bytes()
    return None if left is None else left + resident_bytes().get("host", 0)


def _gigabytes(number):
    return f"{number / 1e9:,.{0 if number >= 9.5e9 else 1}f} GB"


def generator_weights(generator):
    """Number of weights of an `OASISGenerator`, from its section of a `Config`."""
    seen = _condition_channels(generator)
    count = (generator.label_embedding or 0) * generator.num_classes
    widths = _widths(generator)
    count += (9 * seen + 1) * widths[0]
    for width, filters in zip(widths, widths[1:], strict=False):
        middle = min(width, filters)
        normalised = [width, middle, *([width] if width != filters else [])]
        count += sum(_spade_weights(channels, seen, generator) for channels in normalised)
        count += (9 * width + 1) * middle + (9 * middle + 1) * filters
        count += width * filters if width != filters else 0
    return count + (9 * widths[-1] + 1) * 3


def discriminator_weights(discriminator):
    """Number of weights of an `OASISDiscriminator`, from its section of a `Config`."""
    count, channels = 0, 3
    for joined, filters, _ in _discriminator_blocks(discriminator):
        count += (9 * joined + 1) * filters + (9 * filters + 1) * filters
        count += (joined + 1) * filters if joined != filters else 0
        channels = filters
    return count + (channels + 1) * (discriminator.num_classes + 1)


def _discriminator_blocks(discriminator):
    """Yields (input channels, filters, halvings of its larger side) of each block."""
    channels, down = 3, discriminator.channels
    for level, filters in enumerate(down):
        yield channels, filters, level
        channels = filters
    up = (*reversed(down[:-1]), max(1, down[0] // 2))
    for place, filters in enumerate(up):
        skip = down[-1 - place] if place else 0
        yield channels + skip, filters, len(down) - 1 - place
        channels = filters


def generator_numbers(generator):
    """Least number of values an image that the generator's backward pass needs."""
    height, width = generator.image_size
    widths, count = _widths(generator), 0
    for block, (channels, filters) in enumerate(zip(widths, widths[1:], strict=False)):
        pixels = height * width / 4 ** (generator.num_blocks - 1 - block)
        middle = min(channels, filters)
        normalised = [channels, middle, *([channels] if channels != filters else [])]
        # Of each SPADE: what it normalised, the scale, and its sum, the input of a convolution.
        count += pixels * (3 * sum(normalised) + middle + filters)
    return count + height * width * 3


def discriminator_numbers(discriminator, size):
    """Least number of values an image that one backward pass needs."""
    count = 0
    for joined, filters, level in _discriminator_blocks(discriminator):
        count += math.prod(size) / 4**level * (joined + 2 * filters)
    return count + 2 * math.prod(size) * (discriminator.num_classes + 1)


def _widths(generator):
    blocks = generator.num_blocks
    return [generator.channels * min(16, 2 ** (blocks - i)) for i in range(blocks + 1)]


def _condition_channels(generator):
    return generator.z_dim + (generator.label_embedding or generator.num_classes)


def _spade_weights(channels, seen, generator):
    hidden = generator.spade_hidden
    return (9 * seen + 1) * hidden + 2 * (9 * hidden + 1) * channels
