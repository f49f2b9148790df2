"""Small networks that segment by colour, so that what they say can be worked out by hand."""

import keras
import numpy as np

CLASS_NAMES = ("void", "red", "green", "blue")
RED, GREEN, BLUE = np.uint8([[250, 5, 5], [5, 250, 5], [5, 5, 250]])


def colour_network(matrix=None, *, size=(None, None), name="colours", stride=1):
    """Logits are a pixel's colour times a matrix (3, k); by default red, green and blue."""
    matrix = np.eye(3) if matrix is None else matrix
    matrix = np.asarray(matrix, np.float32)
    conv = keras.layers.Conv2D(matrix.shape[1], 1, strides=stride, use_bias=False)
    image = keras.Input((*size, 3))
    network = keras.Model(image, conv(image), name=name)
    conv.kernel.assign(matrix[None, None])
    return network


def colours(*rows):
    """One image uint8 (1, h, w, 3) of rows of colours."""
    return np.stack([np.stack(row) for row in rows])[None]
