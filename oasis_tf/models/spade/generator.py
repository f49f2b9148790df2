"""The generator of SPADE: an image from a label map, and from noise if it has an encoder."""

import keras

from oasis_tf.config.image_size import require_multiples
from oasis_tf.layers.convolution import REFERENCE_GAIN
from oasis_tf.layers.strategies import of_training
from oasis_tf.models.call_inputs import label_map_and_z
from oasis_tf.models.modulated_generator import ModulatedGenerator
from oasis_tf.models.spade.edges import edges_of, label_and_instance_map
from oasis_tf.models.spade.encoder import SPADEEncoder

# Of each block, from `head_0` on: width as a multiple of `channels`, and stride, the image's side
# over the block's.
BLOCKS = {
    "normal": ((16, 32), (16, 16), (16, 16), (8, 8), (4, 4), (2, 2), (1, 1)),
    "more": ((16, 64), (16, 32), (16, 16), (8, 8), (4, 4), (2, 2), (1, 1)),
    "most": ((16, 128), (16, 64), (16, 32), (8, 16), (4, 8), (2, 4), (1, 2), (0.5, 1)),
}
BLOCK_NAMES = ("head_0", "G_middle_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3", "up_4")


@keras.saving.register_keras_serializable(package="oasis_tf")
class SPADEGenerator(ModulatedGenerator):
    """Turns a label map into an image; the label map enters at every resolution through SPADE.

    Without noise, one label map gives one image. With `z_dim`, the paper's multi-modal variant, the
    first features come from z in place of the label map, and in training z comes from the encoder's
    distribution for the real image. The encoder is a part of the generator: one optimizer trains
    both.

    Args:
        num_classes: int, number of classes, void included.
        image_size: (h, w), both multiples of 32, of 64 ("more") or of 128 ("most").
        channels: int, width of the seventh block; the first three are 16 times as wide.
        upsampling: "normal", "more" or "most": features are doubled 5, 6 or 7 times; "most" has
            an eighth block.
        edges: bool, whether the condition has a channel of instance edges behind the classes.
        z_dim: int, length of z; 0 for a generator without noise. The official code has 256.
        encoder: bool, whether a generator with noise has the encoder, which only training needs.
        norm, spade_hidden, spectral_norm, init_gain, modulation, winograd, own_moments, dtype: see
            `OASISGenerator`. With edges, modulation is dense.
    Call:
        label_map: int (b, h, w), 0 = void, or float with integer values. Of a generator with
            `edges` also a panoptic map (b, h, w, 2), class and instance, without `instance_map`.
        z: float (b, z_dim), or None for a random vector; or (b, 0) without noise.
        instance_map: int (b, h, w), ids of instances, of a generator with `edges`; else None.
        training: bool; True uses batch moments and makes a power iteration, False uses stored
            values (and the image's own moments, with `own_moments`).
    Returns: image, float32 (b, h, w, 3) in [-1, 1].
    Attributes:
        encoder: `SPADEEncoder` or None.
    Raises: ValueError if a size does not fit, with the sizes that do; for an unknown `upsampling`;
        for an instance map that is missing or unused; or in eager mode for ids that are not classes
        (in a graph, their one-hot vector is 0).
    Reference: Park et al. 2019, arXiv:1903.07291, sec. 3, fig. 11, 14 and 15.

    ```python
    generator = SPADEGenerator(num_classes=151, image_size=(256, 256))
    ```
    """

    def __init__(
        self,
        num_classes,
        image_size,
        channels=64,
        upsampling="normal",
        edges=False,
        z_dim=0,
        encoder=True,
        norm="batch",
        spade_hidden=128,
        spectral_norm=True,
        init_gain=REFERENCE_GAIN,
        modulation="auto",
        winograd=True,
        own_moments=0.0,
        **kwargs,
    ):
        if upsampling not in BLOCKS:
            raise ValueError(f"upsampling must be one of {', '.join(BLOCKS)}; got {upsampling!r}.")
        multiples, strides = zip(*BLOCKS[upsampling], strict=True)
        widths = [max(1, int(channels * multiple)) for multiple in multiples]
        super().__init__(
            num_classes,
            require_multiples(image_size, strides[0]),
            widths=[widths[0], *widths],
            strides=strides,
            z_dim=z_dim,
            norm=norm,
            spade_hidden=spade_hidden,
            spectral_norm=spectral_norm,
            init_gain=init_gain,
            modulation=modulation,
            winograd=winograd,
            edges=edges,
            noise_modulates=False,
            own_moments=own_moments,
            **kwargs,
        )
        self.channels = channels
        self.upsampling = upsampling
        self.encoder = None
        if z_dim and encoder:
            self.encoder = SPADEEncoder(
                self.image_size,
                channels,
                z_dim,
                init_gain,
                dtype=self.dtype_policy,
                name="encoder",
            )
        self.build()

    def build(self, input_shape=None):
        if self.encoder is not None:
            self.encoder.build()
        super().build(input_shape)

    def call(self, label_map, z=None, instance_map=None, training=False):
        label_map, z = label_map_and_z(label_map, z)
        label_map, instance_map = label_and_instance_map(label_map, instance_map)
        if not self.z_dim:
            if z is not None and z.shape[-1] != 0:
                raise ValueError("This generator has no noise: z must be None, or (batch, 0).")
            z = None
        edges = edges_of(instance_map, are_used=self.edges)
        with of_training(training):
            return self._paint(label_map, z, training, edges)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "upsampling": self.upsampling,
            "edges": self.edges,
            "encoder": self.encoder is not None,
        }
