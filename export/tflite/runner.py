"""Describes and runs .tflite files by LiteRT, on the CPU. Imports no TensorFlow."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from oasis_tf.export.verification.tensor_spec import TensorSpec

SIGNATURE = "serving_default"
OP_NAMES = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}
DTYPES = {
    code: name.lower() for name, code in vars(schema.TensorType).items() if isinstance(code, int)
}


@dataclass(frozen=True)
class Description:
    """Contents of a file.

    Attributes:
        bytes: int, its size.
        signature: str, name of the first signature.
        inputs, outputs: dict of name to `TensorSpec`.
        ops: dict of the op's name to how many there are, the most frequent first; custom ops, Flex
            among them, by their own names.
        dynamic: list of names of tensors without a static shape.
    """

    bytes: int
    signature: str
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    ops: dict[str, int]
    dynamic: list[str]


def describe(path: Path) -> Description:
    """Reads a file without running it. Whether GPUs can run its ops, `gpu_check` finds out."""
    contents = Path(path).read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(contents, 0))
    signature, tensors = model.signatureDefs[0], model.subgraphs[0].tensors
    names = [_op_name(code) for code in model.operatorCodes]
    ops = Counter(names[op.opcodeIndex] for graph in model.subgraphs for op in graph.operators)
    return Description(
        bytes=len(contents),
        signature=signature.signatureKey.decode(),
        inputs=_specs(signature.inputs, tensors),
        outputs=_specs(signature.outputs, tensors),
        ops=dict(ops.most_common()),
        dynamic=[
            tensor.name.decode()
            for graph in model.subgraphs
            for tensor in graph.tensors
            if -1 in _shape(tensor)
        ],
    )


def load(path: Path, *, threads: int = 1) -> Callable:
    """Loads a file into LiteRT.

    Returns: function(batch, signature=""), see `verification.runners`; a file has one signature.
    Raises: ValueError if LiteRT cannot read the file.
    """
    run = Interpreter(str(path), num_threads=threads).get_signature_runner(SIGNATURE)
    return lambda batch, signature="": run(**batch)


def _op_name(code):
    if code.builtinCode == schema.BuiltinOperator.CUSTOM:
        return code.customCode.decode()
    return OP_NAMES[code.builtinCode]


def _specs(names, tensors):
    return {
        name.name.decode(): TensorSpec(
            _shape(tensors[name.tensorIndex]), DTYPES[tensors[name.tensorIndex].type]
        )
        for name in names
    }


def _shape(tensor):
    """A scalar's may be None in the file."""
    if tensor.shapeSignature is not None:
        return tuple(int(length) for length in tensor.shapeSignature)
    return tuple(int(length) for length in tensor.shape) if tensor.shape is not None else ()
