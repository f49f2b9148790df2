"""An .onnx file, as onnxruntime sees it: what it holds, and runs on the CPU.

TensorFlow is not needed here, nor imported.
"""

from collections import Counter
from dataclasses import dataclass

import onnx
import onnxruntime

from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.export.verification.timing import median_seconds


class InvalidFileError(RuntimeError):
    """A file that is no ONNX by ONNX's own rules, in a sentence."""


@dataclass(frozen=True)
class Description:
    """What a file holds.

    Attributes:
        bytes: int, its size.
        opset: int, version of ONNX's own operators.
        inputs, outputs: dict of name to `TensorSpec`.
        ops: dict of the op's name to how many there are, the most frequent first; those of other
            domains than ONNX's own with their domain in front.
    """

    bytes: int
    opset: int
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    ops: dict[str, int]


def describe(path):
    """Reads a file without running it, and checks it against ONNX's own rules.

    Args:
        path: `pathlib.Path`.
    Returns: `Description`.
    Raises: InvalidFileError.
    """
    model = onnx.load(path)
    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        reason = str(error).partition("\n")[0]
        raise InvalidFileError(f"ONNX's own checker refuses {path.name}: {reason}") from None
    ops = Counter(
        f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for node in model.graph.node
    )
    (opset,) = (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    return Description(
        bytes=path.stat().st_size,
        opset=opset,
        inputs=_specs(model.graph.input),
        outputs=_specs(model.graph.output),
        ops=dict(ops.most_common()),
    )


def run_on_cpu(*, path, batches, threads=1):
    """Runs a file.

    Args:
        path: of the .onnx file.
        batches: list of dict of input name to array.
        threads: int.
    Returns: list of dict of output name to array.
    """
    session = _session(path, threads)
    names = [output.name for output in session.get_outputs()]
    return [dict(zip(names, session.run(names, batch), strict=True)) for batch in batches]


def seconds_on_cpu(*, path, batch, threads=1, runs=5):
    """The median time of a run, after one to warm up; arguments as of `run_on_cpu`."""
    session = _session(path, threads)
    return median_seconds(lambda: session.run(None, batch), runs=runs)


def _session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _specs(values):
    return {value.name: _spec(value.type.tensor_type) for value in values}


def _spec(tensor):
    lengths = [entry.dim_value if entry.HasField("dim_value") else -1 for entry in tensor.shape.dim]
    return TensorSpec(tuple(lengths), onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name)
