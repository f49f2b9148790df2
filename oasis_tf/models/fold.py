"""Folds what is constant in inference into the kernels of a trained generator."""

import numpy as np

from oasis_tf.layers import ParamFreeBatchNorm, SpectralConv2D
from oasis_tf.models.pix2pix.generator import Pix2PixGenerator
from oasis_tf.models.spade.generator import SPADEGenerator


def fold(generator, *, modulation=None, winograd=None, dtype=None):
    """Returns a generator with the same images, without spectral norm and batch norm.

    Convolutions: W / sigma(W), with the stored u and v. SPADE with batch norm of the running
    moments alone: with r = 1 / sqrt(running variance + eps) and the running mean m,

        (x - m) r (1 + gamma) + beta  =  x (1 + gamma') + beta'
        gamma' = r gamma + r - 1,   beta' = beta - m r (1 + gamma),

    and since gamma and beta are convolutions of one hidden map, gamma' and beta' are too.

    A `Pix2PixGenerator` has no spectral norm, and normalises by the moments of each image: it is
    copied as it is. A `SPADEGenerator` leaves its encoder behind.

    Args:
        generator: a generator of `oasis_tf.models`; not changed.
        modulation, winograd: see `OASISGenerator`; None for the generator's own.
        dtype: likewise; "bfloat16" for the weights and all computations but the image.
    Returns: a generator of the same class, with `spectral_norm=False`, and `norm="none"` if it
        was "batch" (instance norm and `own_moments` depend on the image, and stay). In inference
        mode its images differ from the given generator's by rounding alone.
    """
    if isinstance(generator, Pix2PixGenerator):
        return _copied(generator, dtype=dtype)
    config = generator.get_config() | {"spectral_norm": False}
    if isinstance(generator, SPADEGenerator):
        config["encoder"] = False
    if generator.norm == "batch" and not generator.own_moments:
        config["norm"] = "none"
    changes = {"modulation": modulation, "winograd": winograd, "dtype": dtype}
    config |= {name: value for name, value in changes.items() if value is not None}
    folded = type(generator).from_config(config)
    if generator.embedding is not None:
        _copy_conv(generator.embedding, folded.embedding)
    _copy_conv(generator.fc, folded.fc)
    _copy_conv(generator.conv_image, folded.conv_image)
    for source, target in zip(generator.blocks, folded.blocks, strict=True):
        for part in ("0", "1", "s") if source.conv_s is not None else ("0", "1"):
            _copy_conv(getattr(source, f"conv_{part}"), getattr(target, f"conv_{part}"))
            _fold_spade(getattr(source, f"norm_{part}"), getattr(target, f"norm_{part}"))
        if source.pixel_noise is not None:
            target.pixel_noise.strength.assign(source.pixel_noise.strength)
    return folded


def _copied(generator, *, dtype):
    changed = {} if dtype is None else {"dtype": dtype}
    copy = type(generator).from_config(generator.get_config() | changed)
    copy.set_weights(generator.get_weights())
    return copy


def _copy_conv(source, target):
    kernel = source.kernel.numpy()
    if isinstance(source, SpectralConv2D):
        kernel = kernel / float(source.sigma())
    target.kernel.assign(kernel)
    if source.bias is not None:
        target.bias.assign(source.bias)


def _fold_spade(source, target):
    _copy_conv(source.shared, target.shared)
    gamma_kernel, gamma_bias = source.gamma.kernel.numpy(), source.gamma.bias.numpy()
    beta_kernel, beta_bias = source.beta.kernel.numpy(), source.beta.bias.numpy()
    norm = source.normalize
    if target.norm == "batch":
        target.normalize.set_weights(norm.get_weights())
    elif isinstance(norm, ParamFreeBatchNorm):
        scale = 1.0 / np.sqrt(norm.running_variance.numpy() + norm.epsilon)
        shift = norm.running_mean.numpy() * scale
        beta_kernel = beta_kernel - gamma_kernel * shift
        beta_bias = beta_bias - (1.0 + gamma_bias) * shift
        gamma_kernel = gamma_kernel * scale
        gamma_bias = gamma_bias * scale + scale - 1.0
    target.gamma.kernel.assign(gamma_kernel)
    target.gamma.bias.assign(gamma_bias)
    target.beta.kernel.assign(beta_kernel)
    target.beta.bias.assign(beta_bias)
