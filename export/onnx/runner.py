"""Describes and runs .onnx files by onnxruntime, on the CPU. Imports no TensorFlow."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime

from oasis_tf.export.verification.tensor_spec import TensorSpec


class InvalidFileError(RuntimeError):
    """ONNX's own checker refuses the file."""


@dataclass(frozen=True)
class Description:
    """Contents of a file.

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


def describe(path: Path) -> Description:
    """Reads a file without running it, and checks it against ONNX's own rules.

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


def load(path: Path, *, threads: int = 1) -> Callable:
    """Loads a file into onnxruntime.

    Returns: function(batch, signature=""), see `verification.runners`; a file has one signature.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return lambda batch, signature="": dict(zip(names, session.run(names, batch), strict=True))


def _specs(values):
    return {value.name: _spec(value.type.tensor_type) for value in values}


def _spec(tensor):
    lengths = [entry.dim_value if entry.HasField("dim_value") else -1 for entry in tensor.shape.dim]
    return TensorSpec(tuple(lengths), onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name)
