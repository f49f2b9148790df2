"""Random weights of EfficientNet-Lite0 by PyTorch's names, which keep activations of order 1."""

import numpy as np

from oasis_tf.feature_extractors.efficientnet_lite import STAGES


def random_state_dict():
    """dict of name to float32 array, in PyTorch's layouts."""
    rng = np.random.default_rng(0)
    state = {}

    def conv(name, norm, out, fan_in, size):
        shape = (out, fan_in, size, size)
        scale = np.sqrt(2 / (fan_in * size * size))
        state[f"{name}.weight"] = np.float32(scale * rng.standard_normal(shape))
        state[f"{norm}.weight"] = np.float32(1 + 0.1 * rng.standard_normal(out))
        state[f"{norm}.bias"] = np.float32(0.3 * rng.standard_normal(out))
        state[f"{norm}.running_mean"] = np.float32(0.1 * rng.standard_normal(out))
        state[f"{norm}.running_var"] = np.float32(0.5 + np.abs(rng.standard_normal(out)))

    conv("_conv_stem", "_bn0", 32, 3, 3)
    width, number = 32, 0
    for repeats, size, _, expansion, out in STAGES:
        for _ in range(repeats):
            prefix, middle = f"_blocks.{number}.", width * expansion
            if expansion > 1:
                conv(f"{prefix}_expand_conv", f"{prefix}_bn0", middle, width, 1)
            conv(f"{prefix}_depthwise_conv", f"{prefix}_bn1", middle, 1, size)
            conv(f"{prefix}_project_conv", f"{prefix}_bn2", out, middle, 1)
            width, number = out, number + 1
    return state
