"""The generator: noise and a label map in, an image out."""

import keras
from keras import ops

from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.blocks import SPADEResBlock
from oasis_tf.layers.convolution import REFERENCE_GAIN, conv2d
from oasis_tf.layers.resample import upsample

WIDEST = 16


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASISGenerator(keras.Model):
    """Turns a label map and noise into an image; both enter at every resolution through SPADE.

    Args:
        num_classes: int, number of classes, void included.
        image_size: (h, w), both multiples of 2**(num_blocks - 1).
        channels: int, width of the last block; blocks before it double up to 16 times that.
        num_blocks: int, number of residual blocks; between two of them the size doubles.
        z_dim: int, noise channels; 0 for a generator without noise.
        norm: "batch", "instance" or "none", see `SPADE`.
        spade_hidden: int, width of the shared convolution inside each SPADE.
        spectral_norm: bool, normalise the convolutions of the residual blocks.
        init_gain: float, gain of the initial kernels; the default suits long runs of wide
            networks, 1 makes small ones learn within minutes (see `conv2d`).
    Call:
        label_map: int (b, h, w), 0 = void, or a float tensor holding such ids.
        z: float (b, z_dim), one noise vector an image; or (b, h, w, z_dim), a noise map; or None
            for a random vector.
        training: bool, batch moments and a power iteration, or what was stored.
    Returns: image, float (b, h, w, 3) in [-1, 1].
    Raises: ValueError if a size does not fit, with the sizes that do.
    Reference: Schönfeld et al. 2021, arXiv:2012.04781, sec. 3.3 and table A.1.
    """

    def __init__(
        self,
        num_classes,
        image_size,
        channels=64,
        num_blocks=6,
        z_dim=64,
        norm="batch",
        spade_hidden=128,
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.image_size = check_image_size(image_size, 2 ** (num_blocks - 1))
        self.channels = channels
        self.num_blocks = num_blocks
        self.z_dim = z_dim
        self.norm = norm
        self.spade_hidden = spade_hidden
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        self.widths = [channels * min(WIDEST, 2 ** (num_blocks - i)) for i in range(num_blocks + 1)]
        self.seed_generator = keras.random.SeedGenerator()
        self.fc = conv2d(self.widths[0], 3, init_gain=init_gain, name="fc")
        self.blocks = [
            SPADEResBlock(
                width,
                norm=norm,
                hidden_channels=spade_hidden,
                spectral_norm=spectral_norm,
                init_gain=init_gain,
                name=f"block_{i}",
            )
            for i, width in enumerate(self.widths[1:])
        ]
        self.conv_image = conv2d(3, 3, init_gain=init_gain, name="conv_image")
        self.build()

    def build(self, input_shape=None):
        condition_channels = self.z_dim + self.num_classes
        self.fc.build((None, None, None, condition_channels))
        for i, block in enumerate(self.blocks):
            size = [length >> (self.num_blocks - 1 - i) for length in self.image_size]
            block.build((None, *size, self.widths[i]), (None, *size, condition_channels))
        self.conv_image.build((None, *self.image_size, self.widths[-1]))
        self.built = True

    def call(self, label_map, z=None, training=False):
        conditions = self._conditions(label_map, z)
        x = self.fc(conditions[0])
        for i, (block, condition) in enumerate(zip(self.blocks, conditions, strict=True)):
            x = upsample(x) if i > 0 else x
            x = block(x, condition, training=training)
        x = self.conv_image(leaky_relu(x))
        return ops.tanh(x)

    def _conditions(self, label_map, z):
        """Noise and one-hot labels at every block's resolution, the smallest first."""
        if tuple(label_map.shape[1:]) != self.image_size:
            raise ValueError(
                f"This generator makes images of {self.image_size[0]}x{self.image_size[1]}; "
                f"the label map is {tuple(label_map.shape)}, expected (batch, h, w) of that size."
            )
        noise = self._noise(label_map, z)
        label_map = ops.cast(label_map, "int32")
        return [
            self._condition(label_map[:, ::stride, ::stride], noise, stride)
            for stride in (2**i for i in reversed(range(self.num_blocks)))
        ]

    def _condition(self, label_map, noise, stride):
        one_hot = ops.one_hot(label_map, self.num_classes, dtype=self.compute_dtype)
        if noise is None:
            return one_hot
        if noise.shape[1] == 1:
            noise = ops.broadcast_to(noise, (*ops.shape(label_map), self.z_dim))
        else:
            noise = noise[:, ::stride, ::stride]
        return ops.concatenate([noise, one_hot], axis=-1)

    def _noise(self, label_map, z):
        """(b, 1, 1, z_dim) for a vector, (b, h, w, z_dim) for a map, None without noise."""
        if self.z_dim == 0:
            return None
        if z is None:
            shape = (ops.shape(label_map)[0], self.z_dim)
            z = keras.random.normal(shape, dtype=self.compute_dtype, seed=self.seed_generator)
        z = ops.cast(z, self.compute_dtype)
        if z.shape[-1] != self.z_dim or len(z.shape) not in (2, 4):
            raise ValueError(
                f"z must be (batch, {self.z_dim}) or (batch, h, w, {self.z_dim}); "
                f"got {tuple(z.shape)}."
            )
        if len(z.shape) == 2:
            return z[:, None, None, :]
        if tuple(z.shape[1:3]) != self.image_size:
            raise ValueError(
                f"A noise map must have the image's size {self.image_size}; got {tuple(z.shape)}."
            )
        return z

    def compute_output_shape(self, label_map_shape, z_shape=None):
        return (*label_map_shape, 3)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "image_size": self.image_size,
            "channels": self.channels,
            "num_blocks": self.num_blocks,
            "z_dim": self.z_dim,
            "norm": self.norm,
            "spade_hidden": self.spade_hidden,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
        }


def check_image_size(image_size, multiple):
    """Returns `image_size` as a tuple (h, w); ValueError unless both are multiples."""
    height, width = (int(length) for length in image_size)
    if height % multiple or width % multiple or min(height, width) < multiple:
        near = " or ".join(
            f"{max(multiple, height // multiple * multiple + dh)}x"
            f"{max(multiple, width // multiple * multiple + dw)}"
            for dh, dw in ((0, 0), (multiple, multiple))
        )
        raise ValueError(
            f"An image size of {height}x{width} does not fit: height and width must be "
            f"multiples of {multiple}. Near sizes: {near}."
        )
    return height, width
