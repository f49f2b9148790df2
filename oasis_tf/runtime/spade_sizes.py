"""How many weights and values SPADE has, from the sections of a config."""

import math

from oasis_tf.runtime import modulated_sizes

WIDEST = 512  # channels of the discriminator
A_NORM = 3  # values of a unit that the backward pass reads: convolved, normalised, activated
MOST_ENCODED, CODE_SIDE = 256, 4  # sides of the square that the encoder sees, and leaves
HALVED = 1.25  # the work of both scales over that of the fine one
_BLOCKS = {  # of each upsampling: widths as multiples of `channels`, strides
    "normal": ((16, 16, 16, 8, 4, 2, 1), (32, 16, 16, 8, 4, 2, 1)),
    "more": ((16, 16, 16, 8, 4, 2, 1), (64, 32, 16, 8, 4, 2, 1)),
    "most": ((16, 16, 16, 8, 4, 2, 1, 0.5), (128, 64, 32, 16, 8, 4, 2, 1)),
}


def in_training(config):
    """Numbers of weights with their copies, and of values of an image that a step keeps."""
    generator, discriminator = config.generator, config.discriminator
    # The weights, their gradients, two moments; of the generator an average, too.
    weights = 5 * generator_weights(generator) + 4 * discriminator_weights(discriminator)
    widths, strides = _blocks(generator)
    made, in_a_block = modulated_sizes.numbers_in_training(
        widths, strides, generator.image_size, rematerialize=config.training.rematerialize
    )
    made += in_a_block + encoder_numbers(generator)
    return weights, made + 2 * discriminator_numbers(discriminator, generator.image_size)


def in_painting(config):
    """Numbers of weights as trained and folded, and of values of an image: what a block of the
    generator takes at the resolution where that is most."""
    generator = config.generator
    numbers = modulated_sizes.numbers_in_painting(*_blocks(generator), generator.image_size)
    return 2 * generator_weights(generator), numbers


def generator_weights(generator) -> int:
    """Number of trained weights of a `SPADEGenerator`, with those of its encoder."""
    widths, strides = _blocks(generator)
    count = modulated_sizes.generator_weights(
        widths, seen=generator.num_classes, hidden=generator.spade_hidden
    )
    if generator.z_dim:  # z makes the first features, not the label map
        units = math.prod(generator.image_size) // strides[0] ** 2 * widths[0]
        first = (9 * generator.num_classes + 1) * widths[0]
        count += (generator.z_dim + 1) * units - first + encoder_weights(generator)
    return count


def encoder_weights(generator) -> int:
    """Number of trained weights of a `SPADEEncoder`."""
    _, widths = _encoder(generator)
    kernels = sum(9 * a * b for a, b in zip([3, *widths], widths, strict=False))
    return kernels + 2 * (CODE_SIDE**2 * widths[-1] + 1) * generator.z_dim


def encoder_numbers(generator) -> float:
    """Least number of values an image that the encoder's backward pass needs; 0 without one."""
    if not generator.z_dim:
        return 0
    side, widths = _encoder(generator)
    units = sum(width * side**2 / 4 ** (i + 1) for i, width in enumerate(widths))
    return 3 * side**2 + A_NORM * units


def discriminator_weights(discriminator) -> int:
    """Number of trained weights of a `SPADEDiscriminator`."""
    widths = _patch_widths(discriminator)
    inputs = [discriminator.num_classes + 3, *widths]
    kernels = sum(16 * a * b for a, b in zip(inputs, [*widths, 1], strict=True))
    return 2 * (kernels + widths[0] + 1)


def discriminator_numbers(discriminator, size) -> float:
    """Least number of values an image that one backward pass needs."""
    pixels, widths = math.prod(size), _patch_widths(discriminator)
    units = sum(width * pixels / 4 ** min(i + 1, 3) for i, width in enumerate(widths))
    return HALVED * (pixels * (discriminator.num_classes + 3) + A_NORM * units)


def _blocks(generator):
    multiples, strides = _BLOCKS[generator.upsampling]
    widths = [max(1, int(generator.channels * multiple)) for multiple in multiples]
    return [widths[0], *widths], strides


def _encoder(generator):
    """Side of the square that the encoder sees, and the widths of its convolutions."""
    side = 2 ** int(math.log2(min(MOST_ENCODED, *generator.image_size)))
    count = int(math.log2(side // CODE_SIDE))
    return side, [generator.channels * min(8, 2**i) for i in range(count)]


def _patch_widths(discriminator):
    first = discriminator.channels
    return [first, *(min(WIDEST, first * 2**i) for i in (1, 2, 3))]
