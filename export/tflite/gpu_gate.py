"""Would a phone's GPU run this file, all of it, and rightly? Asked by running it on one.

What a GPU delegate says of a file is no proof: some ops are refused only when it is compiled, and
some (ONE_HOT, EQUAL of int32) are accepted and give wrong values. LiteRT's accelerator for WebGPU
shares its kernels with those for phones, and runs wherever there is Vulkan: on a real GPU, or on
SwiftShader, which is made of software and slow.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.export.fresh_process import FreshProcessError, TookTooLongError, in_fresh_process
from oasis_tf.export.tflite.gpu_runner import NoAdapterError, RefusedError, run_on_gpu
from oasis_tf.export.verification.compare import Difference, MismatchError, compare

ACCEPTED, REFUSED, WRONG, NOT_CHECKED = "accepted", "refused", "wrong", "not checked"
SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """What came of running a file on a GPU.

    Attributes:
        state: "accepted", "refused", "wrong" or "not checked".
        reason: str, what was refused or wrong, or why there was no check; empty if accepted.
        adapter: str, the GPU's name; empty where it did not come to a run.
        difference: `Difference` of its images, or None.
    """

    state: str
    reason: str = ""
    adapter: str = ""
    difference: Difference | None = None

    def __str__(self):
        parts = [self.state + (f" by {self.adapter}" if self.adapter else ""), self.reason]
        if self.state == ACCEPTED:
            parts.append(str(self.difference))
        return ": ".join(part for part in parts if part)

    def as_dict(self):
        """For JSON."""
        difference = self.difference and self.difference.as_dict()
        return {**vars(self), "difference": difference}


def ask_gpu(path, batches, *, expected, limit, output="image", seconds=SECONDS):
    """Runs a file on the GPU, in a process that may crash, and looks at what it makes.

    Args:
        path: of the .tflite file.
        batches: list of dict of input name to array.
        expected: (n, h, w, 3), the images that the n batches should give.
        limit: `Limit` of the difference.
        output: str, name of the output that holds the images.
        seconds: float, for all of it; beyond that there is no verdict.
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
