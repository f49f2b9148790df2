"""A SavedModel, as TensorFlow's runtime sees it: what it holds, and runs on the CPU."""

from collections import Counter
from dataclasses import dataclass

import tensorflow as tf

from oasis_tf.export.verification.timing import median_seconds

SIGNATURE = "serving_default"
BOOKKEEPING = {  # ops that compute nothing
    *("Const", "Identity", "NoOp", "Placeholder", "ReadVariableOp"),
    *("PartitionedCall", "StatefulPartitionedCall"),
}


@dataclass(frozen=True)
class Description:
    """What a SavedModel holds.

    Attributes:
        bytes: int, of all files.
        ops: dict of the op's name to how many there are in `SIGNATURE`, the most frequent first;
            without those that compute nothing.
    """

    bytes: int
    ops: dict[str, int]


def describe(path):
    """Loads a SavedModel without running it.

    Args:
        path: `pathlib.Path` of its version's folder.
    Returns: `Description`.
    """
    graph = _signature(path).graph.as_graph_def()
    nodes = [
        *graph.node,
        *(node for function in graph.library.function for node in function.node_def),
    ]
    ops = Counter(node.op for node in nodes if node.op not in BOOKKEEPING)
    return Description(
        bytes=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        ops=dict(ops.most_common()),
    )


def run_on_cpu(*, path, batches):
    """Runs `SIGNATURE`.

    Args:
        path: of the version's folder.
        batches: list of dict of input name to array.
    Returns: list of dict of output name to array.
    """
    signature = _signature(path)
    answers = [signature(**_tensors(batch)) for batch in batches]
    return [{name: value.numpy() for name, value in answer.items()} for answer in answers]


def seconds_on_cpu(*, path, batch, threads=1, runs=5):
    """The median time of a run, after one to warm up; the first thing that a process does with
    TensorFlow, which takes the number of threads only then.

    Args:
        path, batch: see `run_on_cpu`.
        threads, runs: int.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    signature, inputs = _signature(path), _tensors(batch)
    return median_seconds(lambda: signature(**inputs)["image"].numpy(), runs=runs)


def _signature(path):
    model = tf.saved_model.load(str(path))
    signature = model.signatures[SIGNATURE]
    signature.model = model  # lives as long as its function
    return signature


def _tensors(batch):
    return {name: tf.constant(value) for name, value in batch.items()}
