"""Runs a .tflite file on a GPU and compares its output.

A GPU delegate's own answer is not enough: it refuses some ops only when it compiles the file, and
accepts others (ONE_HOT, EQUAL of int32) but computes them wrongly. LiteRT's WebGPU accelerator has
the kernels of phones' GPUs. It runs wherever there is Vulkan: on a GPU, or on SwiftShader, a GPU in
software, which is slow.
"""

import tempfile
from pathlib import Path

import numpy as np

from oasis_tf.export.fresh_process import FreshProcessError, TookTooLongError, in_fresh_process
from oasis_tf.export.tflite.gpu_runner import NoAdapterError, RefusedError, run_on_gpu
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.difference import Limit, MismatchError
from oasis_tf.export.verification.verification import (
    ACCEPTED,
    NOT_CHECKED,
    REFUSED,
    WRONG,
    Verdict,
)

SECONDS = 600


def check_on_gpu(
    path: Path,
    batches: list[dict],
    *,
    expected: np.ndarray,
    limit: Limit,
    output: str = "image",
    seconds: float = SECONDS,
) -> Verdict:
    """Runs a file on the GPU in a fresh process, and compares its images.

    Args:
        path: of the .tflite file.
        batches: list of dict of input name to array.
        expected: (n, h, w, 3), the images that the n batches should give.
        limit: `Limit` of the difference.
        output: str, name of the output that holds the images.
        seconds: float, time limit; after it the verdict is "not checked".
    Returns: `Verdict`.
    """
    with tempfile.TemporaryDirectory(prefix="oasis-") as folder:
        try:
            adapter, results = in_fresh_process(
                run_on_gpu, seconds=seconds, path=path, batches=batches, log=Path(folder, "log")
            )
        except (NoAdapterError, TookTooLongError) as error:
            return Verdict(NOT_CHECKED, str(error))
        except (RefusedError, FreshProcessError) as error:  # it may crash
            return Verdict(REFUSED, str(error))
    try:
        difference = compare([image for result in results for image in result[output]], expected)
    except MismatchError as error:
        return Verdict(WRONG, str(error), adapter)
    if not limit.is_kept_by(difference):
        return Verdict(WRONG, f"{difference}; allowed: {limit}", adapter, difference)
    return Verdict(ACCEPTED, "", adapter, difference)
