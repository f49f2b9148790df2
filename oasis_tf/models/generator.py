"""The generator: an image from noise and a label map."""

import math

import keras
from keras import ops

from oasis_tf.config.image_size import require_multiples
from oasis_tf.layers import strategies
from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.blocks import SPADEResBlock
from oasis_tf.layers.convolution import (
    REFERENCE_GAIN,
    condition_conv2d,
    conv2d,
    label_embedding_conv2d,
)
from oasis_tf.layers.resample import upsample, upsample_bilinear
from oasis_tf.models.call_inputs import label_map_and_z, one_hot, require_label_map
from oasis_tf.models.label_map_model import LabelMapModel

WIDEST = 16
MODULATIONS = ("auto", "dense", "distinct")
PADDING_MODES = ("zeros", "replicate")
UPSAMPLINGS = {"nearest": upsample, "bilinear": upsample_bilinear}


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASISGenerator(LabelMapModel):
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
            networks, 1 lets small ones learn within minutes (see `conv2d`).
        label_embedding: int, length of learned class vectors, which are the input of `fc` and of
            all SPADEs; or None for one-hot labels, as in the paper. One-hot labels of many classes
            are most of the cost of a small network. The vectors limit the rank of what these
            kernels compute from one-hot labels.
        modulation: how gamma and beta of SPADE are computed; the images differ by rounding alone.
            "dense": by convolutions over all pixels. "distinct": once for each distinct 5x5
            neighbourhood of labels, see `accelerated.neighbourhoods`. "auto": the faster one, at
            every resolution and for every batch; dense on GPUs, chosen at run time. Always dense
            for noise maps, label embeddings and backends other than TensorFlow. XLA compiles dense
            modulation only.
        winograd: bool, allow Winograd's algorithm in the blocks where it is faster, see
            `ResamplingConv2D`; False for runtimes that choose algorithms themselves.
        padding_mode: what all convolutions take for the outside of the image. "zeros", as in the
            paper; or "replicate", the outermost pixels. With zeros, noise and labels end at the
            border, which small networks and short runs show as frames around the image.
        upsampling: "nearest", as in the paper; or "bilinear". Nearest-neighbour doubling leaves
            steps in smooth regions, which small networks and short runs show as streaks.
        noise_gain: float, factor of the initial kernels of the noise. The noise vector is about
            sqrt(z_dim) times as long as a one-hot label, so at 1, as in the paper, a new network
            depends on the noise more than on the labels.
        dtype: `keras.DTypePolicy` or its name. Under "mixed_float16" or "mixed_bfloat16" the
            convolutions are of low precision; weights, moments, sigma and the image are float32.
    Call:
        label_map: int (b, h, w), 0 = void, or float with integer values; or
            [label_map, z].
        z: float (b, z_dim), one noise vector an image; or (b, h, w, z_dim), a noise map; or None
            for a random vector.
        training: bool; True uses batch moments and makes a power iteration, False uses stored
            values.
    Returns: image, float32 (b, h, w, 3) in [-1, 1].
    Raises: ValueError if a size does not fit, with the sizes that do; for an unknown modulation; or
        in eager mode for ids that are not classes (in a graph, their one-hot vector is 0).
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
        label_embedding=None,
        modulation="auto",
        winograd=True,
        padding_mode="zeros",
        upsampling="nearest",
        noise_gain=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_blocks < 1:
            raise ValueError(f"num_blocks must be at least 1; got {num_blocks}.")
        for name, value, known in (
            ("modulation", modulation, MODULATIONS),
            ("padding_mode", padding_mode, PADDING_MODES),
            ("upsampling", upsampling, UPSAMPLINGS),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}; got {value!r}.")
        self.num_classes = num_classes
        self.image_size = require_multiples(image_size, 2 ** (num_blocks - 1))
        self.channels = channels
        self.num_blocks = num_blocks
        self.z_dim = z_dim
        self.norm = norm
        self.spade_hidden = spade_hidden
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        self.label_embedding = label_embedding
        self.modulation = modulation
        self.winograd = winograd
        self.padding_mode = padding_mode
        self.upsampling = upsampling
        self.noise_gain = noise_gain
        # XLA cannot compile tf.unique.
        self.supports_jit = modulation == "dense" or not strategies.COUNTS_NEIGHBOURHOODS
        self.widths = [channels * min(WIDEST, 2 ** (num_blocks - i)) for i in range(num_blocks + 1)]
        self.seed_generator = keras.random.SeedGenerator()
        shared = {
            "init_gain": init_gain,
            "padding_mode": padding_mode,
            "dtype": self.dtype_policy,
        }
        self.embedding = None
        if label_embedding is not None:
            self.embedding = label_embedding_conv2d(
                label_embedding, dtype=self.dtype_policy, name="label_embedding"
            )
        self.fc = condition_conv2d(self.widths[0], noise_gain=noise_gain, name="fc", **shared)
        self.blocks = [
            SPADEResBlock(
                width,
                norm=norm,
                hidden_channels=spade_hidden,
                spectral_norm=spectral_norm,
                winograd=winograd,
                noise_gain=noise_gain,
                name=f"block_{i}",
                **shared,
            )
            for i, width in enumerate(self.widths[1:])
        ]
        self.conv_image = conv2d(3, 3, name="conv_image", **shared)
        self.build()

    def build(self, input_shape=None):
        noise_shape = (None, self.z_dim) if self.z_dim else None
        label_channels = self.num_classes
        if self.embedding is not None:
            self.embedding.build((None, *self.image_size, self.num_classes))
            label_channels = self.label_embedding
        for i, block in enumerate(self.blocks):
            size = [length >> (self.num_blocks - 1 - i) for length in self.image_size]
            condition_shape = (None, *size, label_channels)
            if i == 0:
                self.fc.build(condition_shape, noise_shape)
            block.build((None, *size, self.widths[i]), condition_shape, noise_shape)
        self.conv_image.build((None, *self.image_size, self.widths[-1]))
        self.built = True

    def call(self, label_map, z=None, training=False):
        label_map, z = label_map_and_z(label_map, z)
        with strategies.of_training(training):
            return self._paint(label_map, z, training)

    def _paint(self, label_map, z, training):
        label_map = require_label_map(
            label_map, image_size=self.image_size, num_classes=self.num_classes
        )
        vector, noise_map = self._noise(label_map, z)
        labels = label_map
        if self.embedding is not None:
            labels = self.embedding(self._one_hot(label_map))
        x = self.fc(self._condition(labels, noise_map, 2 ** (self.num_blocks - 1)), vector)
        for i, block in enumerate(self.blocks):
            if i > 0:
                x = UPSAMPLINGS[self.upsampling](x)
            stride = 2 ** (self.num_blocks - 1 - i)
            neighbourhoods = None
            if noise_map is None and self.embedding is None:
                neighbourhoods = self._neighbourhoods(i, label_map[..., 0], vector)
            condition = self._condition(labels, noise_map, stride, neighbourhoods)
            x = block(x, condition, vector, neighbourhoods, training=training)
        return ops.tanh(ops.cast(self.conv_image(leaky_relu(x)), "float32"))

    def _condition(self, labels, noise_map, stride, neighbourhoods=None):
        """Labels at a block's resolution, after the noise map if there is one.

        Args:
            labels: ids (b, h, w, 1), to be made one-hot; or their vectors (b, h, w, n).
            neighbourhoods: `Neighbourhoods` or None. If they are few, the condition is empty and
                unused.
        """
        labels = labels[:, ::stride, ::stride]
        if neighbourhoods is not None:
            labels = neighbourhoods.unless_few(labels)
        if self.embedding is None:
            labels = self._one_hot(labels)
        if noise_map is None:
            return labels
        return ops.concatenate([noise_map[:, ::stride, ::stride], labels], axis=-1)

    def _neighbourhoods(self, index, label_map, vector):
        """`Neighbourhoods` of ids (b, h, w) at a block's resolution; None for dense modulation."""
        stride = 2 ** (self.num_blocks - 1 - index)
        label_map = label_map[:, ::stride, ::stride]
        filters = self.num_classes + 2 * self.widths[index]  # into the hidden channels, and out
        return strategies.worthwhile_neighbourhoods(
            label_map,
            vector,
            modulation=self.modulation,
            work=9 * math.prod(label_map.shape[1:]) * self.spade_hidden * filters,
            num_classes=self.num_classes,
            padding_mode=self.padding_mode,
            dtype=self.compute_dtype,
        )

    def _one_hot(self, label_map):
        """(b, h, w, 1) -> (b, h, w, num_classes)."""
        return one_hot(label_map, num_classes=self.num_classes, dtype=self.compute_dtype)

    def _noise(self, label_map, z):
        """(vector (b, z_dim), None), or (None, map (b, h, w, z_dim)), or (None, None)."""
        if self.z_dim == 0:
            return None, None
        if z is None:
            shape = (ops.shape(label_map)[0], self.z_dim)
            with strategies.not_clustered():
                z = keras.random.normal(shape, dtype="float32", seed=self.seed_generator)
        z = ops.cast(z, self.compute_dtype)
        is_vector = len(z.shape) == 2
        expected = (self.z_dim,) if is_vector else (*self.image_size, self.z_dim)
        if tuple(z.shape[1:]) != expected or label_map.shape[0] not in (None, z.shape[0] or None):
            batch = label_map.shape[0] or "batch"
            raise ValueError(
                f"z must be ({batch}, {self.z_dim}), or a noise map "
                f"({batch}, {self.image_size[0]}, {self.image_size[1]}, {self.z_dim}); "
                f"got {tuple(z.shape)}."
            )
        return (z, None) if is_vector else (None, z)

    def export(self, filepath, format="tf_saved_model", input_signature=None, **kwargs):
        """`keras.Model.export`, whose inputs are label_map int32 and, if there is noise, z.

        The export of this program, `python -m export`, serves seeds and PNGs besides, and checks
        requests and result. Formats other than SavedModel get plain convolutions.
        """
        exported = self
        if format != "tf_saved_model":
            plain = {"modulation": "dense", "winograd": False}
            exported = type(self).from_config(self.get_config() | plain)
            exported.set_weights(self.get_weights())
        if input_signature is None:
            label_map = keras.InputSpec(shape=(None, *self.image_size), dtype="int32")
            z = keras.InputSpec(shape=(None, self.z_dim), dtype="float32")
            input_signature = [label_map, z] if self.z_dim else [label_map]
        keras.Model.export(exported, filepath, format, input_signature=input_signature, **kwargs)

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
            "label_embedding": self.label_embedding,
            "modulation": self.modulation,
            "winograd": self.winograd,
            "padding_mode": self.padding_mode,
            "upsampling": self.upsampling,
            "noise_gain": self.noise_gain,
        }
