"""The distinct neighbourhoods of label maps, and convolutions computed once for each of them.

The output of a 3x3 convolution of a noise vector and a label map depends only on the labels in the
pixel's 3x3 neighbourhood; that of a second one only on those in its 5x5 neighbourhood. Real label
maps have few distinct neighbourhoods. So these are numbered, each is computed once, and every pixel
looks up the result of its own.

Numbers are given in stages, each of which numbers the distinct triples of the numbers before it:
symbols (an image and a label), three of them side by side, three of those one below the other (3x3
labels), three of these side by side, and three of those one below the other (5x5 labels). The
outside of the image is number 0 at every stage, or repeats the numbers at the border. Three numbers
are packed into an int64, without hashing, so this is exact.

A 3x3 kernel is nine matrices. Each multiplies the vector of every number once, and a neighbourhood
sums the nine products of its numbers. So the number of matrix products is that of symbols in the
first convolution and that of 3x3 neighbourhoods in the second; 5x5 neighbourhoods, of which there
are more, cost additions only.
"""

from typing import NamedTuple

import tensorflow as tf

STAGES = 5
_BITS = 21  # of a number: three fit an int64


class Neighbourhoods(NamedTuple):
    """The distinct neighbourhoods of a batch of label maps at one resolution, for SPADE.

    Attributes:
        symbols: float (s + 1, k), the input of a convolution at a pixel, for each distinct pair of
            image and label; row 0, the outside, is zero.
        inner: int32 (n, 9), the distinct 3x3 neighbourhoods: rows of `symbols`, row by row.
        outer: int32 (m, 9), the distinct 5x5 neighbourhoods: as 3x3 of 3x3, where i + 1 is row i
            of `inner` and 0 is outside.
        pixels: int32 (b, h, w), which row of `outer` is a pixel's.
        are_few: bool, whether computing each once is faster.
        codes: int64 (n,) of each stage, what was numbered.
    """

    symbols: tf.Tensor
    inner: tf.Tensor
    outer: tf.Tensor
    pixels: tf.Tensor
    are_few: tf.Tensor
    codes: tuple

    def modulate(self, normalized, shared, gamma, beta, *, otherwise):
        """SPADE's modulation with gamma and beta computed once for each neighbourhood.

        Args:
            normalized: float (b, h, w, c).
            shared, gamma, beta: the convolution layers of a `SPADE`.
            otherwise: function() -> float (b, h, w, c), called where neighbourhoods are not few.
        Returns: float (b, h, w, c).
        """

        def by_neighbourhood():
            hidden = tf.nn.relu(convolve(self.symbols, shared.kernel, self.inner) + shared.bias)
            hidden = with_outside(hidden)
            scale = convolve(hidden, gamma.kernel, self.outer) + (1.0 + gamma.bias)
            shift = convolve(hidden, beta.kernel, self.outer) + beta.bias
            return normalized * tf.gather(scale, self.pixels) + tf.gather(shift, self.pixels)

        return tf.cond(self.are_few, by_neighbourhood, otherwise)

    def unless_few(self, labels):
        """Labels (b, ...), or none of them (0, ...) where `modulate` does not call `otherwise`."""
        return labels[: tf.where(self.are_few, 0, tf.shape(labels)[0])]


def find_neighbourhoods(
    label_map,
    noise=None,
    *,
    num_classes,
    most,
    padding_mode="zeros",
    dtype="float32",
    known=(None,) * STAGES,
):
    """Numbers the distinct neighbourhoods in each image of a batch.

    Args:
        label_map: int (b, h, w); an id of no class is one-hot nowhere.
        noise: float (b, n), channels before the one-hot labels, equal at all pixels of an image;
            or None.
        num_classes: int.
        most: float. They are few if the distinct 3x3 neighbourhoods, which are most of the work,
            are at most so many a pixel.
        padding_mode: "zeros" or "replicate", of the convolutions.
        dtype: of the symbols.
        known: int64 (n,) of each stage, `codes` of a call with the same noise and other label
            maps: the first n neighbourhoods are theirs, and those of this label map follow.
    Returns: `Neighbourhoods`.
    """
    label_map = tf.cast(label_map, tf.int64)
    is_class = (label_map >= 0) & (label_map < num_classes)
    label_map = tf.where(is_class, label_map, num_classes)
    images = tf.range(tf.shape(label_map, tf.int64)[0])[:, None, None]
    symbols, numbers = _distinct(_pack(images, label_map), known[0])
    inner, numbers, inner_codes = _number_squares(numbers, padding_mode, known[1:3])
    outer, numbers, outer_codes = _number_squares(numbers, padding_mode, known[3:])
    codes = (symbols, *inner_codes, *outer_codes)
    most_numbers = tf.reduce_max([tf.shape(stage)[0] for stage in codes])
    share = tf.shape(inner)[0] / tf.size(label_map)
    return Neighbourhoods(
        symbols=with_outside(_describe(symbols, noise, num_classes=num_classes, dtype=dtype)),
        inner=inner,
        outer=outer,
        pixels=tf.cast(numbers - 1, tf.int32),
        are_few=(share <= most) & (most_numbers < 2**_BITS),
        codes=codes,
    )


def no_neighbourhoods(label_map, noise=None, *, num_classes, dtype="float32"):
    """Empty `Neighbourhoods` of the same dtypes and widths, with `are_few` False.

    Args: see `find_neighbourhoods`.
    """
    width = num_classes + (0 if noise is None else noise.shape[-1])
    return Neighbourhoods(
        symbols=tf.zeros((1, width), dtype),
        inner=tf.zeros((0, 9), tf.int32),
        outer=tf.zeros((0, 9), tf.int32),
        pixels=tf.zeros((0, *label_map.shape[1:]), tf.int32),
        are_few=tf.constant(False),
        codes=(tf.zeros((0,), tf.int64),) * STAGES,
    )


def convolve(rows, kernel, squares):
    """A 3x3 convolution, at each distinct neighbourhood.

    Args:
        rows: float (s + 1, c), the vector of each number; row 0, the outside, is zero.
        kernel: float (3, 3, c, filters).
        squares: int32 (n, 9), numbers.
    Returns: float (n, filters).
    """
    channels, filters = kernel.shape[2:]
    seen = tf.matmul(rows[None], tf.reshape(kernel, (9, channels, filters)))  # by each of nine taps
    taps = squares + tf.shape(rows)[0] * tf.range(9)
    count = tf.shape(squares)[0]
    return tf.sparse.segment_sum(
        tf.reshape(seen, (-1, filters)), tf.reshape(taps, (-1,)), tf.repeat(tf.range(count), 9)
    )


def with_outside(rows):
    """(n, c) -> (n + 1, c): row 0 is zero, the padding outside of the image."""
    return tf.pad(rows, ((1, 0), (0, 0)))


def _describe(symbols, noise, *, num_classes, dtype):
    """The input vector of each symbol: (s, n + num_classes)."""
    images, labels = tf.unstack(_unpack(symbols, 2), axis=1)
    one_hot = tf.one_hot(labels, num_classes, dtype=dtype)
    if noise is None:
        return one_hot
    return tf.concat((tf.gather(noise, images), one_hot), axis=1)


def _number_squares(numbers, padding_mode, known):
    """Distinct 3x3 squares of numbers (b, h, w) from 1.

    Returns: the numbers in each, int32 (n, 9); the number of each pixel's, int64 (b, h, w); and the
        codes of both stages.
    """
    across_codes, numbers = _number_triples(numbers, padding_mode, known[0], axis=2)
    down_codes, numbers = _number_triples(numbers, padding_mode, known[1], axis=1)
    across, down = _unpack(across_codes, 3), _unpack(down_codes, 3)
    squares = tf.reshape(tf.gather(with_outside(across), down), (-1, 9))
    return squares, numbers, (across_codes, down_codes)


def _number_triples(numbers, padding_mode, known, *, axis):
    """Codes of distinct triples along an axis, int64 (n,), and the numbers of all (b, h, w)."""
    length = numbers.shape[axis]
    padded = tf.pad(
        numbers,
        [(1, 1) if i == axis else (0, 0) for i in range(3)],
        mode="SYMMETRIC" if padding_mode == "replicate" else "CONSTANT",
    )
    shifted = (
        padded[:, i : i + length] if axis == 1 else padded[:, :, i : i + length] for i in range(3)
    )
    return _distinct(_pack(*shifted), known)


def _distinct(codes, known):
    """Distinct values (n,), and for each pixel of codes (b, h, w) the number of its own, from 1.

    Values of `known` (m,), which are distinct, come first.
    """
    flat = tf.reshape(codes, (-1,))
    if known is None:
        values, index = tf.unique(flat)
    else:
        values, index = tf.unique(tf.concat((known, flat), axis=0))
        index = index[tf.shape(known)[0] :]
    return values, tf.cast(tf.reshape(index, tf.shape(codes)), tf.int64) + 1


def _pack(*numbers):
    """Numbers below 2**21 as one int64."""
    code = numbers[0]
    for number in numbers[1:]:
        code = code * 2**_BITS + number
    return code


def _unpack(codes, count):
    """(n,) -> int32 (n, count): the numbers that were packed."""
    shifts = tf.constant([_BITS * i for i in reversed(range(count))], tf.int64)
    numbers = tf.bitwise.right_shift(codes[:, None], shifts)
    return tf.cast(tf.bitwise.bitwise_and(numbers, 2**_BITS - 1), tf.int32)
