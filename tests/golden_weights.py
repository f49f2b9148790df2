"""Golden files, and the weights that both implementations had when one was recorded.

The weights are made from a rule, so that the files stay small at full size: every array comes from
its own PCG64 stream, seeded by the file's seed and the array's official name.
"""

import json
import zlib
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
POWER_ITERATIONS = 15


class Golden:
    """A golden file: `golden["eval/image"]` is an array, `golden.json("config")` a dict."""

    def __init__(self, name):
        with np.load(GOLDEN / f"{name}.npz") as file:
            self.arrays = dict(file)

    def __getitem__(self, key):
        return self.arrays[key]

    def json(self, key):
        return json.loads(str(self.arrays[key]))


def state_dict(prefix, shapes, seed):
    """The official state_dict of a network.

    Args:
        prefix: "G", "D", "Inception", or one of the baselines' such as "P2P_G".
        shapes: dict of official name to shape.
        seed: int, of the golden file.
    Returns: dict of official name to array.
    """
    arrays = {key: _array(prefix, key, shape, seed) for key, shape in shapes.items()}
    for key in [key for key in arrays if key.endswith(".weight_orig")]:
        name = key.removesuffix("_orig")
        matrix = arrays[key].reshape(len(arrays[key]), -1)
        arrays[f"{name}_u"], arrays[f"{name}_v"] = _singular_vectors(matrix, arrays[f"{name}_u"])
    return arrays


def _array(prefix, key, shape, seed):
    leaf = key.rsplit(".", 1)[1]
    if leaf == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    stream = np.random.PCG64([seed, zlib.crc32(f"{prefix}.{key}".encode())])
    x = np.random.Generator(stream).standard_normal(shape, dtype=np.float32)
    if prefix == "Inception" and leaf == "weight":
        is_scale = len(shape) == 1
        gain = np.float32(0.1 if is_scale else np.sqrt(2 / np.prod(shape[1:])))
        return x * gain + np.float32(is_scale)
    if leaf == "weight" and len(shape) == 1:
        return np.float32(1) + np.float32(0.1) * x
    if leaf in ("weight", "weight_orig") and prefix not in ("G", "D"):
        is_last = (prefix, key) == ("P2P_G", "model.model.3.weight")
        gain = np.sqrt(2) if prefix == "VGG19" else 0.25 if is_last else 1
        return x * np.float32(gain / np.sqrt(np.prod(shape[1:])))
    if leaf in ("weight", "weight_orig"):
        gain = 0.05 if key.startswith("conv_img") else 1
        return x * np.float32(gain / np.sqrt(np.prod(shape[1:])))
    if leaf == "bias":
        return x * np.float32(0.05)
    if leaf == "running_mean":
        return x * np.float32(0.1)
    if leaf == "running_var":
        return np.float32(0.5) + np.abs(x)
    return _unit(x)


def _singular_vectors(matrix, u):
    for _ in range(POWER_ITERATIONS):
        v = _unit(matrix.T @ u)
        u = _unit(matrix @ v)
    return u, v


def _unit(vector):
    return vector / np.linalg.norm(vector)
