"""Describes and runs SavedModels by TensorFlow's runtime, on the CPU."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import tensorflow as tf

SIGNATURE, PNGS = "serving_default", "image_png_bytes"
BOOKKEEPING = {  # ops that compute nothing
    *("Const", "Identity", "NoOp", "Placeholder", "ReadVariableOp"),
    *("PartitionedCall", "StatefulPartitionedCall"),
}


@dataclass(frozen=True)
class Description:
    """Contents of a SavedModel.

    Attributes:
        ops: dict of the op's name to how many there are in `SIGNATURE`, the most frequent first;
            without those that compute nothing.
    """

    ops: dict[str, int]


def describe(path: Path) -> Description:
    """Loads a SavedModel without running it.

    Args:
        path: of the version's folder.
    """
    graph = _loaded(path).signatures[SIGNATURE].graph.as_graph_def()
    nodes = [
        *graph.node,
        *(node for function in graph.library.function for node in function.node_def),
    ]
    ops = Counter(node.op for node in nodes if node.op not in BOOKKEEPING)
    return Description(
        ops=dict(ops.most_common()),
    )


def load(path: Path, *, threads: int | None = None) -> Callable:
    """Loads a SavedModel; no code of the model is imported for that.

    Args:
        path: of the version's folder.
        threads: TensorFlow takes it only before it runs anything; None for its default.
    Returns: function(batch, signature=""), see `verification.runners`; "" is `SIGNATURE`. Of a
        signature that returns PNGs, "image" holds them decoded.
    """
    if threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    model = _loaded(path)

    def run(batch, signature=""):
        inputs = {name: tf.constant(values) for name, values in batch.items()}
        outputs = model.signatures[signature or SIGNATURE](**inputs)
        arrays = {name: value.numpy() for name, value in outputs.items()}
        if PNGS in arrays:
            arrays["image"] = np.stack([tf.io.decode_png(png).numpy() for png in arrays[PNGS]])
        return arrays

    return run


@lru_cache(maxsize=1)
def _loaded(path):
    return tf.saved_model.load(str(path))
