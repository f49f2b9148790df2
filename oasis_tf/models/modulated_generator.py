"""Base of the generators whose residual blocks are modulated by the label map, through SPADE."""

import math
from functools import partial

import keras
from keras import ops

from oasis_tf.layers import strategies
from oasis_tf.layers.activation import leaky_relu
from oasis_tf.layers.blocks import SPADEResBlock
from oasis_tf.layers.convolution import (
    condition_conv2d,
    conv2d,
    label_embedding_conv2d,
    xavier_normal,
)
from oasis_tf.layers.resample import upsample, upsample_bilinear
from oasis_tf.models.call_inputs import one_hot, require_label_map
from oasis_tf.models.label_map_model import LabelMapModel
from oasis_tf.models.rematerialization import Rematerialization

MODULATIONS = ("auto", "dense", "distinct")
PADDING_MODES = ("zeros", "replicate")
RESAMPLINGS = {"nearest": upsample, "bilinear": upsample_bilinear}


class ModulatedGenerator(Rematerialization, LabelMapModel):
    """A convolution of noise and labels, residual blocks of growing resolution, a last convolution.

    A subclass defines `call` by `_paint`, and builds itself at the end of its constructor.

    Args:
        num_classes: int, number of classes, void included.
        image_size: (h, w), multiples of strides[0].
        widths: channels of the first convolution and of the output of each block.
        strides: for each block, the image's side over the block's. The features are doubled
            before a block of a smaller stride.
        edges: bool, whether a channel of instance edges follows the labels.
        noise_modulates: bool, whether noise is in front of the labels in every condition. Else a
            dense layer makes the first features of a noise vector, and the labels only modulate.
        resampling: "nearest" or "bilinear", how features are doubled.
        others: see `OASISGenerator`.
    """

    def __init__(
        self,
        num_classes,
        image_size,
        *,
        widths,
        strides,
        z_dim,
        norm,
        spade_hidden,
        spectral_norm,
        init_gain,
        modulation,
        winograd,
        edges=False,
        noise_modulates=True,
        label_embedding=None,
        padding_mode="zeros",
        resampling="nearest",
        noise_gain=1.0,
        pixel_noise=False,
        own_moments=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value, known in (
            ("modulation", modulation, MODULATIONS),
            ("padding_mode", padding_mode, PADDING_MODES),
            ("upsampling", resampling, RESAMPLINGS),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}; got {value!r}.")
        self.num_classes = num_classes
        self.image_size = image_size
        self.widths = list(widths)
        self.strides = tuple(strides)
        self.z_dim = z_dim
        self.norm = norm
        self.spade_hidden = spade_hidden
        self.spectral_norm = spectral_norm
        self.init_gain = init_gain
        self.modulation = modulation
        self.winograd = winograd
        self.edges = edges
        self.label_embedding = label_embedding
        self.padding_mode = padding_mode
        self.resampling = resampling
        self.noise_gain = noise_gain
        self.pixel_noise = pixel_noise
        self.own_moments = own_moments
        self.takes_ids = label_embedding is None and not edges
        self.noise_modulates = noise_modulates or not z_dim
        self.takes_noise_maps = self.noise_modulates
        # XLA cannot compile tf.unique.
        self.supports_jit = modulation == "dense" or not strategies.COUNTS_NEIGHBOURHOODS
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
        if self.noise_modulates:
            self.fc = condition_conv2d(self.widths[0], noise_gain=noise_gain, name="fc", **shared)
        else:
            self.fc = keras.layers.Dense(
                math.prod(self.first_shape()),
                kernel_initializer=xavier_normal(init_gain),
                dtype=self.dtype_policy,
                name="fc",
            )
        self.blocks = [
            SPADEResBlock(
                width,
                norm=norm,
                hidden_channels=spade_hidden,
                spectral_norm=spectral_norm,
                winograd=winograd,
                noise_gain=noise_gain,
                pixel_noise=pixel_noise,
                own_moments=own_moments,
                name=f"block_{i}",
                **shared,
            )
            for i, width in enumerate(self.widths[1:])
        ]
        self.conv_image = conv2d(3, 3, name="conv_image", **shared)

    def build(self, input_shape=None):
        noise_shape = (None, self.z_dim) if self.z_dim and self.noise_modulates else None
        label_channels = self.num_classes + self.edges
        if self.embedding is not None:
            self.embedding.build((None, *self.image_size, self.num_classes))
            label_channels = self.label_embedding
        for i, block in enumerate(self.blocks):
            size = [length // self.strides[i] for length in self.image_size]
            condition_shape = (None, *size, label_channels)
            if i == 0 and self.noise_modulates:
                self.fc.build(condition_shape, noise_shape)
            block.build((None, *size, self.widths[i]), condition_shape, noise_shape)
        if not self.noise_modulates:
            self.fc.build((None, self.z_dim))
        self.conv_image.build((None, *self.image_size, self.widths[-1]))
        self.built = True

    def first_shape(self):
        """(h, w, c) of the first features."""
        return (*(length // self.strides[0] for length in self.image_size), self.widths[0])

    def _paint(self, label_map, z, training, edges=None):
        """The image of a call; edges: float (b, h, w, 1) of a generator with `edges`."""
        label_map = require_label_map(
            label_map, image_size=self.image_size, num_classes=self.num_classes
        )
        vector, noise_map = self._noise(label_map, z)
        labels = label_map
        if self.embedding is not None:
            labels = self.embedding(self._one_hot(label_map))
        if self.edges:
            labels = ops.concatenate(
                [self._one_hot(label_map), ops.cast(edges, self.compute_dtype)], axis=-1
            )
        stride = self.strides[0]
        if self.noise_modulates:
            x = self.fc(self._condition(labels, noise_map, stride), vector)
        else:
            x, vector = ops.reshape(self.fc(vector), (-1, *self.first_shape())), None
        for i, block in enumerate(self.blocks):
            neighbourhoods = None
            if noise_map is None and self.takes_ids:
                neighbourhoods = self._neighbourhoods(i, label_map[..., 0], vector)
            function = partial(self._block, i, training)
            inputs = x, labels, vector, noise_map, neighbourhoods
            x = self._through(block, function, *inputs, training=training)
        return ops.tanh(ops.cast(self.conv_image(leaky_relu(x)), "float32"))

    def _block(self, i, training, x, labels, vector, noise_map, neighbourhoods):
        """The features behind block i, of those before its doubling."""
        stride = self.strides[i]
        if i > 0 and self.strides[i - 1] != stride:
            x = RESAMPLINGS[self.resampling](x)
        return self.blocks[i](
            x,
            self._condition(labels, noise_map, stride, neighbourhoods),
            vector,
            z=vector if noise_map is None else noise_map[:, ::stride, ::stride],
            neighbourhoods=neighbourhoods,
            training=training,
        )

    def _condition(self, labels, noise_map, stride, neighbourhoods=None):
        """Labels at a block's resolution, after the noise map if there is one.

        Args:
            labels: ids (b, h, w, 1), to be made one-hot; or vectors (b, h, w, n).
            neighbourhoods: `Neighbourhoods` or None. If they are few, the condition is empty and
                unused.
        """
        labels = labels[:, ::stride, ::stride]
        if neighbourhoods is not None:
            labels = neighbourhoods.unless_few(labels)
        if self.takes_ids:
            labels = self._one_hot(labels)
        if noise_map is None:
            return labels
        return ops.concatenate([noise_map[:, ::stride, ::stride], labels], axis=-1)

    def _neighbourhoods(self, index, label_map, vector):
        """`Neighbourhoods` of ids (b, h, w) at a block's resolution; None for dense modulation."""
        stride = self.strides[index]
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
        is_vector = len(z.shape) == 2 or not self.takes_noise_maps
        expected = (self.z_dim,) if is_vector else (*self.image_size, self.z_dim)
        if tuple(z.shape[1:]) != expected or label_map.shape[0] not in (None, z.shape[0] or None):
            batch = label_map.shape[0] or "batch"
            noise_map = (
                f", or a noise map ({batch}, {self.image_size[0]}, {self.image_size[1]}, "
                f"{self.z_dim})"
            )
            raise ValueError(
                f"z must be ({batch}, {self.z_dim}){noise_map if self.takes_noise_maps else ''}; "
                f"got {tuple(z.shape)}."
            )
        return (z, None) if is_vector else (None, z)

    def export(self, filepath, format="tf_saved_model", input_signature=None, **kwargs):
        """`keras.Model.export`, whose inputs are label_map int32 and, if there is noise, z.

        `python -m oasis_tf export saved-model` serves seeds and PNGs besides, and checks requests
        and result. Formats other than SavedModel get plain convolutions.
        """
        exported = self
        if format != "tf_saved_model":
            plain = {"modulation": "dense", "winograd": False}
            exported = type(self).from_config(self.get_config() | plain)
            exported.set_weights(self.get_weights())
        if input_signature is None:
            label_map = keras.InputSpec(shape=(None, *self.label_map_shape), dtype="int32")
            z = keras.InputSpec(shape=(None, self.z_dim), dtype="float32")
            input_signature = [label_map, z] if self.z_dim else [label_map]
        keras.Model.export(exported, filepath, format, input_signature=input_signature, **kwargs)

    def compute_output_shape(self, label_map_shape, z_shape=None):
        return (*label_map_shape[:3], 3)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "image_size": self.image_size,
            "z_dim": self.z_dim,
            "norm": self.norm,
            "own_moments": self.own_moments,
            "spade_hidden": self.spade_hidden,
            "spectral_norm": self.spectral_norm,
            "init_gain": self.init_gain,
            "modulation": self.modulation,
            "winograd": self.winograd,
        }
