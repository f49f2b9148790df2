"""The layers again in NumPy and float64, on the official arrays: slow, plain, and read as truth.

Images are (b, h, w, c); convolution weights are PyTorch's (out, in, h, w).
"""

import numpy as np


def conv2d(x, weight, bias=0.0):
    """Stride 1, zero padding that keeps the size."""
    pad = weight.shape[2] // 2
    padded = np.pad(np.float64(x), ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(1, 2))
    return np.einsum("bhwcij,ocij->bhwo", windows, np.float64(weight)) + bias


def spectral_conv2d(x, arrays, name):
    """Divides by sigma of the stored u and v."""
    weight, u, v = (np.float64(arrays[f"{name}.weight_{part}"]) for part in ("orig", "u", "v"))
    sigma = u @ weight.reshape(len(weight), -1) @ v
    return conv2d(x, weight / sigma, arrays.get(f"{name}.bias", 0.0))


def conv_of(x, arrays, name):
    return conv2d(x, arrays[f"{name}.weight"], arrays[f"{name}.bias"])


def leaky_relu(x):
    return np.where(x > 0, x, 0.2 * x)


def spade(x, condition, arrays, name, norm="stored"):
    """`norm`: "stored" moments, moments of the "batch", of the "instance", or "none"."""
    hidden = np.maximum(conv_of(condition, arrays, f"{name}.mlp_shared.0"), 0)
    gamma, beta = (conv_of(hidden, arrays, f"{name}.mlp_{part}") for part in ("gamma", "beta"))
    return normalize(np.float64(x), arrays, name, norm) * (1 + gamma) + beta


def normalize(x, arrays, name, norm):
    if norm == "none":
        return x
    if norm == "stored":
        mean, variance = (arrays[f"{name}.first_norm.running_{m}"] for m in ("mean", "var"))
    else:
        axes = {"batch": (0, 1, 2), "instance": (1, 2)}[norm]
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5)


def upsample(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


def downsample(x):
    b, h, w, c = x.shape
    return x.reshape(b, h // 2, 2, w // 2, 2, c).mean((2, 4))
