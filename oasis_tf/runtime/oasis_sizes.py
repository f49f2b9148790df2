"""How many weights and values OASIS has, from the sections of a config."""

import math


def in_training(config):
    """Numbers of weights with their copies, and of values of an image that a step keeps."""
    generator, discriminator = config.generator, config.discriminator
    # The weights, their gradients, two moments; of the generator an average, too.
    weights = 5 * generator_weights(generator) + 4 * discriminator_weights(discriminator)
    one_pass = discriminator_numbers(discriminator, config.data.image_size)
    return weights, max(generator_numbers(generator) + one_pass, 3 * one_pass)


def in_painting(config):
    """Numbers of weights as trained and folded, and of values of an image: what a block of the
    generator takes at the resolution where that is most."""
    generator = config.generator
    widths, (height, width) = _widths(generator), generator.image_size
    numbers = max(
        height * width / 4 ** (generator.num_blocks - 1 - block) * (3 * channels + filters)
        for block, (channels, filters) in enumerate(zip(widths, widths[1:], strict=False))
    )
    weights = 2 * generator_weights(generator)
    return weights, numbers


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
