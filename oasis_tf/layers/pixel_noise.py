"""Noise that differs at every pixel, made from the noise of the image."""

import keras
import numpy as np
from keras import ops

INITIAL_STRENGTH = 0.1
EPSILON = 1e-6  # for z = 0
WITHOUT_Z = 64  # signs of a pixel's noise in a generator without z


@keras.saving.register_keras_serializable(package="oasis_tf")
class PixelNoise(keras.layers.Layer):
    """Adds noise of every pixel to features, by a learned strength for each channel.

    Without zeros outside the image nothing distinguishes the pixels inside a large region of one
    class: labels and noise vector are the same around each, so a generator of convolutions gives
    them one colour. This noise gives it something to make a texture of.

    The noise of a pixel is s(row, column) sum_k z_k r_k(row) c_k(column) / |z|, where r, c and s
    are fixed random signs and |z| is the length of z. Over random z it has mean 0 and variance 1 at
    every pixel, and the correlation of two pixels is about 1 / sqrt(n). Over the pixels of one z it
    is white, of about the same variance for every z; without s it would have the rank n, which
    shows as streaks. It depends on z alone, so a seed still gives one image, here, in an exported
    network and in the page.

    Call:
        x: float (b, h, w, c).
        z: float (b, n), the noise vectors; or (b, h, w, n), a noise map; or None for the same
            noise in every image.
    Returns: float (b, h, w, c).
    Reference: noise inputs of every pixel are Karras et al. 2019, arXiv:1812.04948, sec. 3.2;
        there they are independent of z.

    ```python
    PixelNoise()(features, z)
    ```
    """

    def build(self, x_shape, noise_shape=None):
        _, height, width, channels = x_shape
        length = noise_shape[-1] if noise_shape else WITHOUT_Z
        self.rows, self.columns, self.pixels = random_signs(height, width, length)
        self.strength = self.add_weight(
            name="strength",
            shape=(channels,),
            initializer=keras.initializers.Constant(INITIAL_STRENGTH),
        )

    def call(self, x, z=None):
        return x + self.noise(x, z) * ops.cast(self.strength, x.dtype)

    def noise(self, x, z):
        """The noise (b, h, w, 1), or (1, h, w, 1) without z."""
        signs = (self.rows, self.columns, self.pixels)
        rows, columns, pixels = (ops.cast(of_part, x.dtype) for of_part in signs)
        if z is None:
            z = ops.ones((1, rows.shape[-1]), x.dtype)
        z = z * ops.rsqrt(ops.sum(z * z, axis=-1, keepdims=True) + EPSILON)
        if len(z.shape) == 2:
            noise = ops.matmul(z[:, None, :] * rows, ops.transpose(columns))
        else:
            noise = ops.sum(z * (rows[:, None, :] * columns), axis=-1)
        return (noise * pixels)[..., None]

    def compute_output_shape(self, x_shape, noise_shape=None):
        return x_shape


def random_signs(height, width, length):
    """Fixed random signs -1 and 1, float32.

    Returns: (height, length) of rows, (width, length) of columns, (height, width) of pixels.

    They are a function of the three numbers alone, and the same in every version of NumPy: its
    legacy generator is frozen.
    """
    random = np.random.RandomState([height, width, length])
    shapes = (height, length), (width, length), (height, width)
    return tuple((2 * random.randint(2, size=shape) - 1).astype("float32") for shape in shapes)
