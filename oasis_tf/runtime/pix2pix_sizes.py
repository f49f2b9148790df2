"""How many weights and values Pix2Pix has, from the sections of a config."""

import math

WIDEST = 8
A_NORM = 4  # values of a unit that the backward pass reads: convolved, normalised, scaled, joined


def in_training(config):
    """Numbers of weights with their copies, and of values of an image that a step keeps: both
    networks' passes, as the fake of both updates is made first."""
    generator, discriminator = config.generator, config.discriminator
    # The weights, their gradients, two moments; of the generator an average, too.
    weights = 5 * generator_weights(generator) + 4 * discriminator_weights(discriminator)
    one_pass = discriminator_numbers(discriminator, config.data.image_size)
    return weights, generator_numbers(generator) + 2 * one_pass


def in_painting(config):
    """Numbers of weights as trained and copied, and of values of an image: labels, and all maps
    that are joined later."""
    generator = config.generator
    pixels = math.prod(generator.image_size)
    units = sum(width * pixels / 4 ** (i + 1) for i, width in enumerate(_widths(generator)))
    return 2 * generator_weights(generator), pixels * (generator.num_classes + 3) / 3 + units


def generator_weights(generator) -> int:
    """Number of trained weights of a `Pix2PixGenerator`."""
    widths = _widths(generator)
    inputs = [generator.num_classes, *widths]
    down = sum(16 * a * b for a, b in zip(inputs, widths, strict=False))
    joined = [*(2 * width for width in widths[:-1]), widths[-1]]
    up = sum(16 * a * b for a, b in zip(joined, [3, *widths], strict=False)) + 3
    return down + up + 2 * sum(widths[1:-1]) + 2 * sum(widths[:-1])


def discriminator_weights(discriminator) -> int:
    """Number of trained weights of a `Pix2PixDiscriminator`."""
    widths = _patch_widths(discriminator)
    inputs = [discriminator.num_classes + 3, *widths]
    kernels = sum(16 * a * b for a, b in zip(inputs, [*widths, 1], strict=True))
    return kernels + widths[0] + 1 + 2 * sum(widths[1:])


def generator_numbers(generator) -> float:
    """Least number of values an image that the generator's backward pass needs."""
    pixels = math.prod(generator.image_size)
    units = sum(width * pixels / 4 ** (i + 1) for i, width in enumerate(_widths(generator)))
    return pixels * (generator.num_classes + 3) + 2 * A_NORM * units


def discriminator_numbers(discriminator, size) -> float:
    """Least number of values an image that one backward pass needs."""
    pixels = math.prod(size)
    units = sum(
        width * pixels / 4 ** min(i + 1, discriminator.num_layers)
        for i, width in enumerate(_patch_widths(discriminator))
    )
    return pixels * (discriminator.num_classes + 3) + A_NORM * units


def _widths(generator):
    return [generator.channels * min(WIDEST, 2**i) for i in range(generator.num_downs)]


def _patch_widths(discriminator):
    layers = discriminator.num_layers
    return [discriminator.channels * min(WIDEST, 2**i) for i in range(layers + 1)]
