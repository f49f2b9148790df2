"""How many weights and values OASIS has, from the sections of a config."""

import math

from oasis_tf.runtime import modulated_sizes


def in_training(config):
    """Numbers of weights with their copies, and of values of an image that a step keeps."""
    generator, discriminator = config.generator, config.discriminator
    # The weights, their gradients, two moments; of the generator an average, too.
    weights = 5 * generator_weights(generator) + 4 * discriminator_weights(discriminator)
    again = {"rematerialize": config.training.rematerialize}
    judged, in_a_block = discriminator_numbers(discriminator, config.data.image_size, **again)
    made, in_its_block = modulated_sizes.numbers_in_training(
        *_blocks(generator), generator.image_size, **again
    )
    of_generator = made + judged + max(in_a_block, in_its_block)
    return weights, max(of_generator, 3 * judged + in_a_block)


def in_painting(config):
    """Numbers of weights as trained and folded, and of values of an image: what a block of the
    generator takes at the resolution where that is most."""
    generator = config.generator
    numbers = modulated_sizes.numbers_in_painting(*_blocks(generator), generator.image_size)
    return 2 * generator_weights(generator), numbers


def generator_weights(generator):
    """Number of weights of an `OASISGenerator`, from its section of a `Config`."""
    widths, _ = _blocks(generator)
    labels = generator.label_embedding or generator.num_classes
    vectors = (generator.label_embedding or 0) * generator.num_classes
    return vectors + modulated_sizes.generator_weights(
        widths, seen=generator.z_dim + labels, hidden=generator.spade_hidden
    )


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


def discriminator_numbers(discriminator, size, *, rematerialize=False):
    """Least numbers of values an image that one backward pass needs, see `numbers_in_training`."""
    inside, outputs = [], 0
    for joined, filters, level in _discriminator_blocks(discriminator):
        inside.append(math.prod(size) / 4**level * (joined + 2 * filters))
        outputs += math.prod(size) / 4**level * filters
    logits = 2 * math.prod(size) * (discriminator.num_classes + 1)
    if rematerialize:
        return outputs + logits, max(inside)
    return sum(inside) + logits, 0


def _blocks(generator):
    """Widths and strides of its blocks, see `modulated_sizes`."""
    blocks = generator.num_blocks
    widths = [generator.channels * min(16, 2 ** (blocks - i)) for i in range(blocks + 1)]
    return widths, [2**i for i in reversed(range(blocks))]
