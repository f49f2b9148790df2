"""Winograd's 3x3 convolution: 4/9 of the multiplications, 2x2 outputs at a time.

With kernel g, 4x4 inputs d and 2x2 outputs y of one tile,

    y = A [(G g G') * (B d B')] A'

where * is elementwise: 16 products instead of 36. Over all channels and tiles, these are 16 matrix
products. B d B' of all tiles is two matrix products, with block matrices that repeat B along the
height and along the width; these cover overlapping tiles and the padding. They cost
multiply-adds in proportion to the side, so this is for small maps with many channels.

Reference: Lavin and Gray 2015, arXiv:1509.09308, sec. 4.1; A and B here are transposed there.
"""

import numpy as np
import tensorflow as tf

# Below these, direct convolution is faster: benchmarks/winograd.py, docs/performance.md.
WORTHWHILE_CHANNELS = 256
WORTHWHILE_NUMBERS = 2**16  # of pixels and channels

B = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], np.float32)
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)
A = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], np.float32)


def winograd_convolve(inputs, kernel, *, padding="same"):
    """The convolution with stride 1, differentiable once.

    Args:
        inputs: float32 (b, h, w, c), height and width even and known.
        kernel: float32 (3, 3, c, filters).
        padding: "same" or "replicate", see `portable.convolve`.
    Returns: float32 (b, h, w, filters).
    """
    _, height, width, channels = inputs.shape
    filters = kernel.shape[-1]

    @tf.custom_gradient
    def winograd(inputs, kernel):
        tiles = _split(inputs, padding)
        products = tf.matmul(tiles, _spread(kernel, once=tiles))

        def gradient(upstream):
            of_products = _unpair(upstream)
            spread = _spread(kernel, once=of_products)
            of_tiles = tf.matmul(of_products, spread, transpose_b=True)
            of_kernel = tf.matmul(tiles, of_products, transpose_a=True)
            of_kernel = tf.matmul(np.kron(G, G).T, tf.reshape(of_kernel, (16, -1)))
            of_kernel = tf.reshape(of_kernel, (3, 3, channels, filters))
            return _merge(of_tiles, height, width, padding), of_kernel

        return _pair(products, height, width), gradient

    return winograd(inputs, kernel)


def is_worthwhile(inputs, kernel):
    """Whether `winograd_convolve` supports these and is faster on CPUs."""
    _, height, width, channels = inputs.shape
    filters = kernel.shape[-1]
    if kernel.shape[:2] != (3, 3) or inputs.dtype != tf.float32 or not height or not width:
        return False
    if height % 2 or width % 2 or height * width * channels < WORTHWHILE_NUMBERS:
        return False
    # Multiply-adds per input value: 9 * filters directly; here 4 * filters, and
    # 2 * width + 4 * height in `_split`.
    is_saving = 2 * (2 * width + 4 * height) <= (9 - 4) * filters
    return is_saving and min(channels, filters) >= WORTHWHILE_CHANNELS


def _spread(kernel, *, once):
    """(3, 3, c, filters) -> (16, c, filters), G g G'; computed after `once`, to save memory."""
    _, _, channels, filters = kernel.shape
    with tf.control_dependencies([once]):
        spread = tf.matmul(np.kron(G, G), tf.reshape(kernel, (9, -1)))
    return tf.reshape(spread, (16, channels, filters))


def _split(inputs, padding):
    """(b, h, w, c) -> (16, tiles, c), B d B'."""
    _, height, width, channels = inputs.shape
    bands = _laid_out(width, padding)[:, None, None]
    across = tf.matmul(bands, inputs[None])  # (4, b, h, w/2, c)
    across = tf.reshape(across, (4, -1, height, width // 2 * channels))
    bands = _laid_out(height, padding)[:, None, None]
    down = tf.matmul(bands, across[None])  # (4, 4, b, h/2, w/2 * c)
    return tf.reshape(down, (16, -1, channels))


def _merge(tiles, height, width, padding):
    """The transpose of `_split`: (16, tiles, c) -> (b, h, w, c)."""
    channels = tiles.shape[-1]
    down = tf.reshape(tiles, (4, 4, -1, height // 2, width // 2 * channels))
    down = tf.reshape(
        tf.transpose(down, (1, 2, 0, 3, 4)), (4, -1, 2 * height, width // 2 * channels)
    )
    across = tf.matmul(_laid_out(height, padding).reshape(-1, height), down, transpose_a=True)
    across = tf.reshape(across, (4, -1, height, width // 2, channels))
    across = tf.reshape(tf.transpose(across, (1, 2, 0, 3, 4)), (-1, height, 2 * width, channels))
    return tf.matmul(_laid_out(width, padding).reshape(-1, width), across, transpose_a=True)


def _pair(products, height, width):
    """(16, tiles, filters) -> (b, h, w, filters), A m A'."""
    filters = products.shape[-1]
    outputs = tf.matmul(np.kron(A, A), tf.reshape(products, (16, -1)))
    outputs = tf.reshape(outputs, (2, 2, -1, height // 2, width // 2, filters))
    return tf.reshape(tf.transpose(outputs, (2, 3, 0, 4, 1, 5)), (-1, height, width, filters))


def _unpair(outputs):
    """The transpose of `_pair`: (b, h, w, filters) -> (16, tiles, filters)."""
    _, height, width, filters = outputs.shape
    outputs = tf.reshape(outputs, (-1, height // 2, 2, width // 2, 2, filters))
    outputs = tf.reshape(tf.transpose(outputs, (2, 4, 0, 1, 3, 5)), (4, -1))
    return tf.reshape(tf.matmul(np.kron(A, A).T, outputs), (16, -1, filters))


def _laid_out(length, padding):
    """(4, length / 2, length): B of every tile along a side.

    The columns of the padding are dropped, or added to those of the pixels that it repeats.
    """
    bands = np.zeros((4, length // 2, length + 2), np.float32)
    for tile in range(length // 2):
        bands[:, tile, 2 * tile : 2 * tile + 4] = B
    if padding == "replicate":
        bands[:, :, 1] += bands[:, :, 0]
        bands[:, :, -2] += bands[:, :, -1]
    return bands[:, :, 1:-1]
