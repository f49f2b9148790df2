"""How many weights and values the blocks have that SPADE modulates; see `ModulatedGenerator`.

`widths` are the channels of the first convolution and of each block's output, `strides` the image's
side over each block's.
"""

import math


def generator_weights(widths, *, seen, hidden):
    """Number of weights.

    Args:
        seen: int, channels of the condition. hidden: int, width inside each SPADE.
    """
    count = (9 * seen + 1) * widths[0]
    for channels, filters in zip(widths, widths[1:], strict=False):
        middle = min(channels, filters)
        for normalised in _normalised(channels, filters):
            count += (9 * seen + 1) * hidden + 2 * (9 * hidden + 1) * normalised
        count += (9 * channels + 1) * middle + (9 * middle + 1) * filters
        count += channels * filters if channels != filters else 0
    return count + (9 * widths[-1] + 1) * 3


def numbers_in_training(widths, strides, image_size, *, rematerialize=False):
    """Least numbers of values an image that the backward pass needs: all along, and of one block at
    a time, which are 0 unless `rematerialize`."""
    pixels, inside, outputs = math.prod(image_size), [], 0
    for channels, filters, stride in zip(widths, widths[1:], strides, strict=False):
        # Of each SPADE: what it normalised, the scale, and its sum, the input of a convolution.
        values = 3 * sum(_normalised(channels, filters)) + min(channels, filters) + filters
        inside.append(pixels / stride**2 * values)
        outputs += pixels / stride**2 * filters
    if rematerialize:
        return outputs + pixels * 3, max(inside)
    return sum(inside) + pixels * 3, 0


def numbers_in_painting(widths, strides, image_size):
    """Values an image of the block that has most."""
    blocks = zip(widths, widths[1:], strides, strict=False)
    return max(
        math.prod(image_size) / stride**2 * (3 * channels + filters)
        for channels, filters, stride in blocks
    )


def _normalised(channels, filters):
    """Channels of each SPADE of a block."""
    return [channels, min(channels, filters), *([channels] if channels != filters else [])]
