"""Multiply-adds of the networks of OASIS as the paper defines them.

The definition counts every convolution at the resolution where the reference runs it, one-hot
labels and laid-out noise included: 194.4 G for the generator and 48.9 G for the discriminator of
ADE20K at 256x256. What the graph runs is less, because some of it is done in a cheaper order; see
`oasis_tf.models.multiply_adds`.
"""

import numpy as np


def generator_multiply_adds(generator):
    """Forward multiply-adds of one image: (all convolutions, those whose inputs are given).

    Given are one-hot labels and noise: nothing asks for the gradient by them.
    """
    sizes = [
        (generator.image_size[0] >> i) * (generator.image_size[1] >> i)
        for i in reversed(range(generator.num_blocks))
    ]
    on_condition = _taps(generator.fc) * sizes[0]
    total = on_condition + _taps(generator.conv_image) * sizes[-1]
    for block, pixels in zip(generator.blocks, sizes, strict=True):
        for part in ("0", "1", "s") if block.conv_s is not None else ("0", "1"):
            conv, spade = getattr(block, f"conv_{part}"), getattr(block, f"norm_{part}")
            on_condition += _taps(spade.shared) * pixels
            total += (_taps(spade.shared) + _taps(spade.gamma) + _taps(spade.beta)) * pixels
            total += _taps(conv) * pixels
    if generator.embedding is None:
        return total, on_condition
    embedding = _taps(generator.embedding) * sizes[-1]
    noise, condition = generator.z_dim, generator.z_dim + generator.label_embedding
    return total + embedding, embedding + on_condition * noise // condition


def discriminator_multiply_adds(discriminator, image_size):
    """Forward multiply-adds of one image: (all convolutions, those that read the image)."""
    pixels = image_size[0] * image_size[1]
    total, on_image = _taps(discriminator.to_logits) * pixels, 0
    for i, block in enumerate(discriminator.encoder):
        shortcut = _taps(block.conv_s) * (pixels // 4 if i == 0 else pixels)
        if i == 0:
            on_image = _taps(block.conv_0) * pixels + shortcut
        total += (_taps(block.conv_0) + _taps(block.conv_1)) * pixels + shortcut
        pixels //= 4
    for block in discriminator.decoder:
        pixels *= 4
        total += (_taps(block.conv_0) + _taps(block.conv_1) + _taps(block.conv_s)) * pixels
    return total, on_image


def training_step_multiply_adds(model):
    """Multiply-adds of a step on one pair, LabelMix included; a gradient costs what forward does.

    Generator: forward in both updates, gradients by kernels and by inputs in one (not by what is
    given). Discriminator: forward and gradient by inputs on four images (by the real, the mixed and
    the second fake image itself not), by kernels on three.
    """
    g_total, g_on_given = generator_multiply_adds(model.generator)
    d_total, d_on_image = discriminator_multiply_adds(
        model.discriminator, model.generator.image_size
    )
    return 4 * g_total - g_on_given + 11 * d_total - 3 * d_on_image


def _taps(conv):
    """Multiply-adds of one output pixel; 0 for a shortcut that is none."""
    return int(np.prod(conv.kernel.shape)) if conv is not None else 0
