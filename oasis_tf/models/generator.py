"""The generator of OASIS: an image from noise and a label map."""

import keras

from oasis_tf.config.image_size import require_multiples
from oasis_tf.layers import strategies
from oasis_tf.layers.convolution import REFERENCE_GAIN
from oasis_tf.models.call_inputs import label_map_and_z
from oasis_tf.models.modulated_generator import ModulatedGenerator

WIDEST = 16


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASISGenerator(ModulatedGenerator):
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
        pixel_noise: bool, add noise of every pixel in each block, see `PixelNoise`: textures inside
            regions of one class, which replicated borders leave without any.
        own_moments: float in [0, 1], with norm "batch" the weight of an image's own moments in
            inference, see `ParamFreeBatchNorm`. 0, as in the paper, is for large batches. After
            training with small ones, some images are far too bright or dark at 0; 1 / batch size
            gives an image the weight that it has in training.
        dtype: `keras.DTypePolicy` or its name. Under "mixed_float16" or "mixed_bfloat16" the
            convolutions are of low precision; weights, moments, sigma and the image are float32.
    Call:
        label_map: int (b, h, w), 0 = void, or float with integer values; or
            [label_map, z].
        z: float (b, z_dim), one noise vector an image; or (b, h, w, z_dim), a noise map; or None
            for a random vector.
        training: bool; True uses batch moments and makes a power iteration, False uses stored
            values (and the image's own moments, with `own_moments`).
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
        pixel_noise=False,
        own_moments=0.0,
        **kwargs,
    ):
        if num_blocks < 1:
            raise ValueError(f"num_blocks must be at least 1; got {num_blocks}.")
        super().__init__(
            num_classes,
            require_multiples(image_size, 2 ** (num_blocks - 1)),
            widths=[channels * min(WIDEST, 2 ** (num_blocks - i)) for i in range(num_blocks + 1)],
            strides=[2**i for i in reversed(range(num_blocks))],
            z_dim=z_dim,
            norm=norm,
            spade_hidden=spade_hidden,
            spectral_norm=spectral_norm,
            init_gain=init_gain,
            modulation=modulation,
            winograd=winograd,
            label_embedding=label_embedding,
            padding_mode=padding_mode,
            resampling=upsampling,
            noise_gain=noise_gain,
            pixel_noise=pixel_noise,
            own_moments=own_moments,
            **kwargs,
        )
        self.channels = channels
        self.num_blocks = num_blocks
        self.upsampling = upsampling
        self.build()

    def call(self, label_map, z=None, training=False):
        label_map, z = label_map_and_z(label_map, z)
        with strategies.of_training(training):
            return self._paint(label_map, z, training)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "num_blocks": self.num_blocks,
            "label_embedding": self.label_embedding,
            "padding_mode": self.padding_mode,
            "upsampling": self.upsampling,
            "noise_gain": self.noise_gain,
            "pixel_noise": self.pixel_noise,
        }
