"""Measures the ranges of a .tflite file's activations, for int8 quantization."""

import os

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from oasis_tf.export.tflite.runner import SIGNATURE

QUANTILE = 1e-4  # of an activation's values are below its range, and above it
VALUES = 2**18  # of each activation, over all samples, from which quantiles are computed
SEED = 3
IDENTIFIER = b"TFL3"


def with_measured_ranges(model: bytes, samples: list[dict]) -> bytes:
    """Returns a calibrated model, with ranges measured on activations that are all kept in memory.

    TensorFlow's own calibration reads activations after the whole graph has run, when in-place ops
    have overwritten their inputs: it measured the product with gamma instead of gamma, six times
    its range. It also uses the largest value of all samples, so one unusual image in 300 coarsens
    all others; here a ten-thousandth of the values is clipped at each end.

    Args:
        model: bytes of a float .tflite file whose activations to quantize all have a range:
            `tf.lite.experimental.QuantizationDebugger.calibrated_model`.
        samples: list of dict of input name to array.
    """
    contents = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    tensors = contents.subgraphs[0].tensors
    indices = [index for index, tensor in enumerate(tensors) if _has_range(tensor)]
    for index, (low, high) in measured_ranges(model, indices, samples).items():
        tensors[index].quantization.min, tensors[index].quantization.max = [low], [high]
    builder = flatbuffers.Builder(len(model))
    builder.Finish(contents.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def measured_ranges(
    model: bytes, indices: list[int], samples: list[dict]
) -> dict[int, tuple[float, float]]:
    """Runs a float model on the samples.

    Args:
        model: bytes of a .tflite file.
        indices: list of int, of tensors.
        samples: list of dict of input name to array.
    Returns: dict of index to (low, high), float.
    """
    interpreter = Interpreter(
        model_content=model,
        num_threads=os.cpu_count(),
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    run = interpreter.get_signature_runner(SIGNATURE)
    rng = np.random.default_rng(SEED)
    seen = {index: [] for index in indices}
    for sample in samples:
        run(**sample)
        for index, values in seen.items():
            values.append(_some(interpreter.get_tensor(index).ravel(), len(samples), rng=rng))
    return {
        index: tuple(np.quantile(np.concatenate(values), (QUANTILE, 1 - QUANTILE)).tolist())
        for index, values in seen.items()
    }


def _some(values, num_samples, *, rng):
    """A random subset of one sample's values: `VALUES` in total over all samples, or all values."""
    count = -(-VALUES // num_samples)  # rounded up
    return values[rng.integers(len(values), size=count)] if count < len(values) else values


def _has_range(tensor):
    ranges = tensor.quantization
    return (
        tensor.type == schema.TensorType.FLOAT32
        and ranges is not None
        and ranges.min is not None
        and len(ranges.min) == 1
    )
