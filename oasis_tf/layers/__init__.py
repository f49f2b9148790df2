"""Layers of OASIS, for every backend of Keras."""

from oasis_tf.layers.batch_norm import ParamFreeBatchNorm
from oasis_tf.layers.blocks import DiscriminatorResBlock, SPADEResBlock
from oasis_tf.layers.spade import SPADE, ParamFreeInstanceNorm
from oasis_tf.layers.spectral_norm import SpectralConv2D

__all__ = [
    "SPADE",
    "DiscriminatorResBlock",
    "ParamFreeBatchNorm",
    "ParamFreeInstanceNorm",
    "SPADEResBlock",
    "SpectralConv2D",
]
