"""Runs an artifact by the module that knows its format; called in fresh processes.

A runner module has two functions:

`describe(path)` returns a dataclass with `ops`, dict of the op's name to how many there are; where
the format declares them, also `inputs` and `outputs`, dict of name to `TensorSpec`.

`load(path, threads=n)` returns `run(batch, signature="")`, which takes a dict of input name to
array, and returns a dict of output name to array, "image" among them: (b, h, w, 3), uint8 or float
in [0, 1]. `threads` may be left out.

Only that module is imported, and what it needs: TensorFlow only where the format is TensorFlow's.
"""

import importlib
import statistics
import time
from pathlib import Path

import numpy as np

from oasis_tf.export.verification.difference import MismatchError


def describe_and_run(
    *, runner: str, path: Path, batches: dict[str, list[dict]], specs: tuple[dict, dict] | None
) -> tuple[object, dict[str, np.ndarray]]:
    """Runs all batches of all signatures.

    Args:
        runner: dotted name of the module.
        path: of the artifact.
        batches: signature to list of dict of input name to array.
        specs: inputs and outputs that the artifact must declare, dict of name to `TensorSpec`; None
            if it declares none.
    Returns: what `describe` returns, and dict of signature to images (n, h, w, 3).
    Raises: MismatchError if it declares others.
    """
    module = importlib.import_module(runner)
    description = module.describe(path)
    if specs is not None and (description.inputs, description.outputs) != specs:
        raise MismatchError(
            f"its signature is {description.inputs} -> {description.outputs}, "
            f"expected {specs[0]} -> {specs[1]}"
        )
    run = module.load(path)
    images = {
        signature: np.concatenate([run(batch, signature)["image"] for batch in each])
        for signature, each in batches.items()
    }
    return description, images


def seconds(*, runner: str, path: Path, batch: dict, threads: int, runs: int = 5) -> float:
    """The median time of a run, after one to warm up.

    TensorFlow takes the number of threads only before it runs anything: in a fresh process.
    """
    run = importlib.import_module(runner).load(path, threads=threads)
    run(batch)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run(batch)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
