"""Operations of a folded generator for given label maps, with distinct modulation, on a CPU."""

from typing import NamedTuple

import tensorflow as tf

from oasis_tf.layers.strategies import of_training
from oasis_tf.models.multiply_adds import convolution_multiply_adds


class Modulation(NamedTuple):
    """Operations of the SPADEs of one block, for one batch.

    Attributes:
        size: (h, w).
        symbols: int, multiply-adds of the first convolution, at each distinct image and label.
        hidden: int, additions that make the hidden features of each 3x3 neighbourhood.
        products: int, multiply-adds of these with the matrices of gamma and beta.
        sums: int, additions that make gamma and beta of each 5x5 neighbourhood.
        looked_up: int, values of gamma and beta that pixels look up.
    """

    size: tuple[int, int]
    symbols: int
    hidden: int
    products: int
    sums: int
    looked_up: int


def modulations(generator, label_maps):
    """`Modulation` of each block, or None where it is dense.

    Args:
        generator: folded `OASISGenerator`. label_maps: int32 (b, h, w).
    """
    z = tf.zeros((len(label_maps), generator.z_dim)) if generator.z_dim else None
    found = []
    for i, block in enumerate(generator.blocks):
        around = generator._neighbourhoods(i, tf.constant(label_maps), z)  # as its call does
        if around is None or not around.are_few:
            found.append(None)
            continue
        spades = [block.norm_0, block.norm_1, *([block.norm_s] if block.norm_s else [])]
        found.append(_modulation(around, spades))
    return found


def _modulation(around, spades):
    inner, outer, hidden = len(around.inner), len(around.outer), spades[0].hidden_channels
    looked_up = 2 * sum(spade.gamma.filters for spade in spades)
    return Modulation(
        size=tuple(around.pixels.shape[1:]),
        symbols=9 * around.symbols.shape[0] * around.symbols.shape[1] * hidden * len(spades),
        hidden=9 * inner * hidden * len(spades),
        products=9 * (inner + 1) * hidden * looked_up,
        sums=9 * outer * looked_up,
        looked_up=int(tf.size(around.pixels)) * looked_up,
    )


def multiply_adds(generator, batches):
    """Multiply-adds of calls: convolutions, dense modulation and `modulations`.

    Args:
        generator: folded `OASISGenerator`. batches: list of label maps, int32 (b, h, w) each.
    Returns: list of int.
    """
    convolutions = [_of_layer(generator.conv_image, (*generator.image_size, generator.widths[-1]))]
    first = (*generator.first_shape()[:2], generator.num_classes)
    convolutions.append(_of_layer(generator.fc, first, *_noise_shape(generator)))
    dense = []
    for i, block in enumerate(generator.blocks):
        of_convs, of_spades = _of_block(generator, i, block)
        convolutions.append(of_convs)
        dense.append(of_spades)
    totals = []
    for label_maps in batches:
        totals.append(len(label_maps) * sum(convolutions))
        for one, of_spades in zip(modulations(generator, label_maps), dense, strict=True):
            totals[-1] += one.symbols + one.products if one else len(label_maps) * of_spades
    return totals


def _of_block(generator, index, block):
    """Multiply-adds an image of a block's convolutions, and of its SPADEs by dense modulation."""
    size = [length // generator.strides[index] for length in generator.image_size]
    of_convs = of_spades = 0
    for part in ("0", "1", "s") if block.conv_s is not None else ("0", "1"):
        conv, spade = getattr(block, f"conv_{part}"), getattr(block, f"norm_{part}")
        shape = (*size, conv.kernel.shape[2])
        of_convs += _of_layer(conv, shape)
        labels = (*size, generator.num_classes)
        of_spades += _of_layer(spade, shape, labels, *_noise_shape(generator))
    return of_convs, of_spades


def _of_layer(layer, *shapes):
    """Of a layer's call on one image, by the algorithms of a CPU; shapes without the batch."""
    with of_training(True):  # where the graph holds one algorithm, not one for each device
        function = tf.function(lambda *inputs: layer(*inputs), autograph=False)
        specs = [tf.TensorSpec((1, *shape), tf.float32) for shape in shapes]
        return convolution_multiply_adds(function.get_concrete_function(*specs))


def _noise_shape(generator):
    return [(generator.z_dim,)] if generator.z_dim else []
