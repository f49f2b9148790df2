"""A generator as a .tflite file for phones: converted, run by LiteRT, compared."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass

import numpy as np
import tensorflow as tf

from oasis_tf.export.activation_ranges import with_measured_ranges
from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.publish import TargetError, publishing
from oasis_tf.export.tflite.calibration import calibration_inputs
from oasis_tf.export.tflite.gpu_gate import NOT_CHECKED, REFUSED, WRONG, Verdict, ask_gpu
from oasis_tf.export.tflite.phone_signature import as_inputs, phone_signature
from oasis_tf.export.tflite.runner import SIGNATURE, describe, run_on_cpu
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import make_cases
from oasis_tf.export.verification.compare import Difference, Limit, MismatchError, compare
from oasis_tf.export.verification.tensor_spec import TensorSpec

LIMITS = {
    "none": Limit(max=1e-4),
    "float16": Limit(psnr=45.0),
    "dynamic": Limit(psnr=35.0),
    "int8": Limit(psnr=30.0),
}
CALIBRATION = 100  # images; on 36 classes 31.4 dB with 32, 34.4 with 200
BY_SIZE = ("int8", "dynamic", "float16", "none")  # the smallest, and coarsest, first
GPU_LIMITS = LIMITS | {"none": Limit(max=1e-3)}  # GPUs sum in another order
ROUNDING = 0.5 / 255  # of an image in uint8
GPU_CASES = (0, -1)  # all ids at once, and a natural label map; software GPUs are slow
# Calibration would clip ids that it never saw to those of other classes: these stay float.
OPS_ON_IDS = ["RESHAPE", "STRIDED_SLICE", "EQUAL"]


@dataclass(frozen=True)
class Question:
    """What to ask a file, and what the live model paints.

    Attributes:
        batches: list of n dict of input name to array.
        images: float32 (n, h, w, 3) in [0, 1].
    """

    batches: list
    images: np.ndarray


@dataclass(frozen=True)
class Proof:
    """What running a file showed.

    Attributes:
        difference: `Difference` of its images, on the CPU.
        limit: `Limit` that they should keep.
        gpu: `Verdict`.
    """

    difference: Difference
    limit: Limit
    gpu: Verdict

    def faults(self):
        """What is wrong, as list of predicates; the file's name goes before them."""
        faults = []
        if not self.limit.is_kept_by(self.difference):
            faults.append(
                f"does not paint what the live model paints: {self.difference}; "
                f"allowed: {self.limit}"
            )
        if self.gpu.state in (REFUSED, WRONG):
            faults.append(f"is not for GPUs: {self.gpu}")
        return faults

    def as_dict(self):
        """For JSON."""
        return {
            "cpu": self.difference.as_dict(),
            "limit": str(self.limit),
            "gpu": self.gpu.as_dict(),
            "faults": self.faults(),
        }


def export_tflite(
    checkpoint,
    target,
    *,
    quantize,
    output="float32",
    calibration=CALIBRATION,
    data_root=None,
    allow_loss=False,
    check_gpu=True,
    overwrite=False,
):
    """Writes the file `target`, and its card beside it, once it paints what the live model does.

    Args:
        checkpoint: path of a checkpoint.
        target: path; the card's ends in .json instead.
        quantize, output, calibration, data_root: see `convert`.
        allow_loss: bool, write it even if its proof has faults.
        check_gpu: bool, ask a GPU too.
        overwrite: bool, replace files that exist.
    Returns: `Proof`.
    Raises: TargetError, ConfigError, CheckpointError, DataError; MismatchError, and nothing was
        written.
    """
    if target.suffix != ".tflite":
        raise TargetError(f"{target}: the name must end in .tflite")
    with publishing(target, target.with_suffix(".json"), overwrite=overwrite) as (made, card):
        question, facts = in_fresh_process(
            convert,
            checkpoint=checkpoint,
            out=made,
            quantize=quantize,
            output=output,
            calibration=calibration,
            data_root=data_root,
        )
        proof = prove(made, question, quantize=quantize, output=output, check_gpu=check_gpu)
        if proof.faults() and not allow_loss:
            reasons = " It also ".join(f"{fault}." for fault in proof.faults())
            advice = _advice(proof, checkpoint, made, quantize=quantize, output=output)
            raise MismatchError(
                f"{target.name} ({quantize}) {reasons} It was deleted; "
                f"{advice}--allow-loss would keep it."
            )
        facts["tflite"] = {
            "quantize": quantize,
            **asdict(describe(made)),
            "sha256": hashlib.sha256(made.read_bytes()).hexdigest(),
            "proof": proof.as_dict(),
        }
        card.write_text(json.dumps(facts, indent=1))
    return proof


def _advice(proof, checkpoint, made, *, quantize, output):
    """Half a sentence that names the smallest quantization which keeps its limit, or nothing.

    Args:
        proof: `Proof` of the file that is refused. made: path, where another may be made.
    """
    if proof.limit.is_kept_by(proof.difference):  # it is a GPU's fault
        return ""
    for gentler in BY_SIZE[BY_SIZE.index(quantize) + 1 :]:
        options = {"quantize": gentler, "output": output}
        question, _ = in_fresh_process(convert, checkpoint=checkpoint, out=made, **options)
        other = prove(made, question, check_gpu=False, **options)
        if not other.faults():
            return f"--quantize {gentler} keeps its limit ({other.difference}), "
    return ""


def convert(
    *, checkpoint, out, quantize, output="float32", calibration=CALIBRATION, data_root=None
):
    """Writes a checkpoint's generator as a .tflite file. Leaks memory: for a fresh process.

    Args:
        checkpoint: path. out: path of the file.
        quantize: "none"; "float16", of the weights; "dynamic", int8 weights, and activations
            whose range is found as it runs; "int8", weights and activations.
        output: dtype of the image, "float32" or "uint8".
        calibration: int, how many images to paint for the ranges of "int8".
        data_root: str, see `Trained.load`.
    Returns: `Question`, and the card.
    """
    trained = Trained.load(checkpoint, data_root=data_root)
    samples = []
    if quantize == "int8":
        found = calibration_inputs(trained, count=calibration)
        samples = [as_inputs(label_map, z) for label_map, z in found]
    out.write_bytes(converted(trained.folded, quantize=quantize, output=output, samples=samples))
    return question_for(trained, require_data=data_root is not None), trained.card()


def converted(generator, *, quantize, output="float32", samples=()):
    """A folded generator as the bytes of a .tflite file.

    Args:
        generator: a folded `OASISGenerator`.
        quantize, output: see `convert`.
        samples: list of dict of input name to array, to calibrate "int8" with.
    """
    module = tf.Module()
    module.weights = [variable.value for variable in generator.weights]
    paint = phone_signature(generator, output=output)
    with tempfile.TemporaryDirectory(prefix="oasis-") as folder:
        tf.saved_model.save(module, folder, signatures={SIGNATURE: paint})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE])
        if quantize == "none":
            return converter.convert()
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantize == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if quantize == "int8":
            return _quantized(converter, samples)
        return converter.convert()


def _quantized(converter, samples):
    """Weights are int8 by output channel, activations int8 by tensor.

    Int16 activations would lose less, but neither XNNPACK nor GPUs have kernels for them. The last
    convolution and tanh in float gain nothing that can be seen. The debugger is the one public way
    to leave ops out of the quantization.
    """
    converter.representative_dataset = lambda: iter(samples[:1])  # ranges are measured below
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=OPS_ON_IDS)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=lambda: iter(samples[:1]), debug_options=options
    )
    debugger.calibrated_model = with_measured_ranges(debugger.calibrated_model, samples)
    return debugger.get_nondebug_quantized_model()


def question_for(trained, *, require_data=False):
    """A `Question` of label maps that are hard to quantize, and held-out ones.

    Args:
        trained: `Trained`. require_data: see `make_cases`.
    """
    cases = make_cases(trained, require_data=require_data)
    pairs = zip(cases.label_maps, cases.z, strict=True)
    return Question([as_inputs(*pair) for pair in pairs], cases.images)


def prove(path, question, *, quantize, output="float32", check_gpu=True):
    """Runs a file in fresh processes, on the CPU and on a GPU.

    Args:
        path: of the .tflite file.
        question: `Question`.
        quantize, output: what the file was converted with.
        check_gpu: bool.
    Returns: `Proof`.
    Raises: MismatchError if the file is of another signature, or its images not finite.
    """
    _require_signature(path, question.batches[0], images=question.images, output=output)
    results = in_fresh_process(run_on_cpu, path=path, batches=question.batches)
    images = np.concatenate([result["image"] for result in results])
    gpu = Verdict(NOT_CHECKED, "not asked for")
    if check_gpu:
        gpu = ask_gpu(
            path,
            [question.batches[index] for index in GPU_CASES],
            expected=question.images[list(GPU_CASES)],
            limit=_limit(GPU_LIMITS[quantize], output=output),
        )
    return Proof(
        difference=compare(images, question.images),
        limit=_limit(LIMITS[quantize], output=output),
        gpu=gpu,
    )


def _limit(limit, *, output):
    """Noise of rounding is 59 dB, below all other limits."""
    if output == "uint8" and limit.max is not None:
        return Limit(max=limit.max + ROUNDING)
    return limit


def _require_signature(path, batch, *, images, output):
    """Names, static shapes, dtypes."""
    found = describe(path)
    inputs = {name: TensorSpec(array.shape, array.dtype.name) for name, array in batch.items()}
    outputs = {"image": TensorSpec((1, *images.shape[1:]), output)}
    if (found.inputs, found.outputs) != (inputs, outputs):
        raise MismatchError(
            f"its signature is {found.inputs} -> {found.outputs}, expected {inputs} -> {outputs}"
        )
