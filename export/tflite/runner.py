"""A .tflite file, as the runtime of phones sees it: what it holds, and runs on the CPU.

TensorFlow is not needed here, nor imported.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.export.verification.timing import median_seconds

SIGNATURE = "serving_default"
OP_NAMES = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}
DTYPES = {
    code: name.lower() for name, code in vars(schema.TensorType).items() if isinstance(code, int)
}


@dataclass(frozen=True)
class Description:
    """What a file holds.

    Attributes:
        bytes: int, its size.
        signature: str, name of the first signature.
        inputs, outputs: dict of name to `TensorSpec`.
        ops: dict of the op's name to how many there are, the most frequent first; custom ops, Flex
            among them, by their own names.
        dynamic: list of the names of tensors whose shape the file leaves open.
    """

    bytes: int
    signature: str
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    ops: dict[str, int]
    dynamic: list[str]


def describe(path):
    """Reads a file without running it; what GPUs do with its ops only they can say (`gpu_gate`).

    Returns: `Description`.
    """
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


def run_on_cpu(*, path, batches, threads=1):
    """Runs a file's signature.

    Args:
        path: of the .tflite file.
        batches: list of dict of input name to array.
        threads: int.
    Returns: list of dict of output name to array.
    Raises: ValueError if LiteRT cannot read the file.
    """
    runner = _runner(path, threads)
    return [runner(**batch) for batch in batches]


def seconds_on_cpu(*, path, batch, threads=1, runs=5):
    """The median time of a run, after one to warm up; arguments as of `run_on_cpu`."""
    runner = _runner(path, threads)
    return median_seconds(lambda: runner(**batch), runs=runs)


def _runner(path, threads):
    return Interpreter(str(path), num_threads=threads).get_signature_runner(SIGNATURE)


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
    """Of a scalar the file may hold None."""
    if tensor.shapeSignature is not None:
        return tuple(int(length) for length in tensor.shapeSignature)
    return tuple(int(length) for length in tensor.shape) if tensor.shape is not None else ()
