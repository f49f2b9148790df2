"""A generator as an .onnx file: converted, run by onnxruntime, compared.

`label_map` int32 (b, h, w), class ids; `z` float32 (b, z_dim), unless the generator is without
noise -> `image` float32 (b, h, w, 3) in [0, 1], the range of .tflite files. The batch is open.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.onnx.packages import OPSET, require_onnx
from oasis_tf.export.publish import TargetError, publishing
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import make_cases
from oasis_tf.export.verification.compare import Limit, MismatchError, compare, require
from oasis_tf.export.verification.tensor_spec import TensorSpec

LIMIT = Limit(max=1e-4)
BATCH_SIZES = (1, 3)  # of the proof; the second one as often as there is


@dataclass(frozen=True)
class Question:
    """What to ask a file, and what the live model paints.

    Attributes:
        batches: list of dict of input name to array; of unlike sizes, for the batch is open.
        images: float32 (n, h, w, 3) in [0, 1], of all batches one after the other.
    """

    batches: list
    images: np.ndarray


def export_onnx(checkpoint, target, *, opset=OPSET, data_root=None, overwrite=False):
    """Writes the file `target`, and its card beside it, once it paints what the live model does.

    Args:
        checkpoint: path of a checkpoint.
        target: path; the card's ends in .json instead.
        opset, data_root: see `convert`.
        overwrite: bool, replace files that exist.
    Returns: `Difference`.
    Raises: OnnxMissingError, TargetError, ConfigError, CheckpointError, DataError; MismatchError,
        and nothing was written.
    """
    require_onnx()
    if target.suffix != ".onnx":
        raise TargetError(f"{target}: the name must end in .onnx")
    with publishing(target, target.with_suffix(".json"), overwrite=overwrite) as (made, card):
        question, facts = in_fresh_process(
            convert, checkpoint=checkpoint, out=made, opset=opset, data_root=data_root
        )
        description, difference = prove(made, question)
        require(difference, LIMIT, name=target.name)
        facts["onnx"] = {
            **asdict(description),
            "sha256": hashlib.sha256(made.read_bytes()).hexdigest(),
            "proof": {"cpu": difference.as_dict(), "limit": str(LIMIT)},
        }
        card.write_text(json.dumps(facts, indent=1))
    return difference


def convert(*, checkpoint, out, opset=OPSET, data_root=None):
    """Writes a checkpoint's generator as an .onnx file. Leaks memory: for a fresh process.

    Args:
        checkpoint: path. out: path of the file.
        opset: int, version of ONNX's operators.
        data_root: str, see `Trained.load`.
    Returns: `Question`, and the card.
    """
    trained = Trained.load(checkpoint, data_root=data_root)
    out.write_bytes(converted(trained.folded, opset=opset))
    return question_for(trained, require_data=data_root is not None), trained.card()


def converted(generator, *, opset=OPSET):
    """A folded generator as the bytes of an .onnx file."""
    import tf2onnx

    specs = [tf.TensorSpec((None, *generator.image_size), tf.int32, "label_map")]
    if generator.z_dim:
        specs.append(tf.TensorSpec((None, generator.z_dim), tf.float32, "z"))

    @tf.function(input_signature=specs)
    def paint(label_map, z=None):
        return {"image": generator(label_map, z) * 0.5 + 0.5}

    model, _ = tf2onnx.convert.from_function(paint, input_signature=specs, opset=opset)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    for node in model.graph.node:
        if node.op_type == "Resize":
            _name_todays_mode(node)
    return model.SerializeToString()


def _name_todays_mode(resize):
    """ONNX dropped the mode that tf2onnx writes; for nearest doubling this one is the same."""
    for attribute in resize.attribute:
        if attribute.name == "coordinate_transformation_mode":
            attribute.s = b"asymmetric"
        if attribute.name == "nearest_mode":
            attribute.s = b"floor"


def question_for(trained, *, require_data=False):
    """A `Question` of label maps with all ids in them, and held-out ones.

    Args:
        trained: `Trained`. require_data: see `make_cases`.
    """
    cases = make_cases(trained, require_data=require_data)
    inputs = {"label_map": cases.label_maps}
    if trained.live.z_dim:
        inputs["z"] = cases.z
    first, size = BATCH_SIZES
    starts = [0, *range(first, len(cases.images), size)]
    ends = [*starts[1:], len(cases.images)]
    return Question(
        batches=[
            {name: array[start:end] for name, array in inputs.items()}
            for start, end in zip(starts, ends, strict=True)
        ],
        images=cases.images,
    )


def prove(path, question):
    """Reads and runs a file in fresh processes without TensorFlow.

    Args:
        path: of the .onnx file.
        question: `Question`.
    Returns: `onnx_runner.Description`, and the `Difference` of its images.
    Raises: MismatchError if the file is of another signature, or its images not finite.
    """
    from oasis_tf.export.onnx import runner

    found = in_fresh_process(runner.describe, path=path)
    inputs = {name: _open_batch(array) for name, array in question.batches[0].items()}
    outputs = {"image": _open_batch(question.images)}
    if (found.inputs, found.outputs) != (inputs, outputs):
        raise MismatchError(
            f"its signature is {found.inputs} -> {found.outputs}, expected {inputs} -> {outputs}"
        )
    results = in_fresh_process(runner.run_on_cpu, path=path, batches=question.batches)
    images = np.concatenate([result["image"] for result in results])
    return found, compare(images, question.images)


def _open_batch(array):
    return TensorSpec((-1, *array.shape[1:]), array.dtype.name)
