"""Every artifact that a generator can be exported as: made, proven, run and timed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.export.fresh_process import FreshProcessError, in_fresh_process
from oasis_tf.export.onnx import exporter as onnx_file
from oasis_tf.export.onnx.packages import OnnxMissingError
from oasis_tf.export.saved_model import exporter as saved_model
from oasis_tf.export.saved_model.exporter import export_saved_model
from oasis_tf.export.tflite.exporter import export_tflite
from oasis_tf.export.tflite.gpu_gate import Verdict
from oasis_tf.export.tflite.phone_signature import as_inputs
from oasis_tf.export.verification import runners
from oasis_tf.export.verification.compare import Difference, Limit, MismatchError
from oasis_tf.visualization.sheet import to_uint8

THREADS = (1, 2)


@dataclass(frozen=True)
class Proof:
    """What came of making an artifact.

    Attributes:
        difference: `Difference` to the live model, on the CPU.
        limit: `Limit` that it should keep.
        gpu: `Verdict`, or None where no GPU was asked.
        faults: list of str, why it should not be used.
    """

    difference: Difference
    limit: Limit
    gpu: Verdict | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Variant:
    """One kind of artifact.

    Attributes:
        name: str.
        file: str, what it is called in the report's folder.
        make: function(checkpoint, target, *, data_root, check_gpu) -> `Proof`.
        runner: str, the module that runs it, see `runners`.
        inputs: function(label_map (h, w), seed, z (z_dim,)) -> dict of input name to array, a batch
            of one.
    """

    name: str
    file: str
    make: Callable
    runner: str
    inputs: Callable


@dataclass(frozen=True)
class Row:
    """What is known of one variant.

    Attributes:
        name: str.
        file: str, in the report's folder; None if it is not there.
        held: bool, whether it keeps its limits; None if it could not be made.
        reasons: list of str, what is wrong, or why it could not be made.
        proof: `Proof`. bytes: int. ops: dict of name to number. seconds: dict of threads to float,
            for one image. images: uint8 (n, h, w, 3) of the label maps shown. All of these are
            None where there was nothing to run.
    """

    name: str
    file: str | None
    held: bool | None
    reasons: list[str]
    proof: Proof | None = None
    bytes: int | None = None
    ops: dict[str, int] | None = None
    seconds: dict[int, float] | None = None
    images: np.ndarray | None = None


def measured(variant, *, checkpoint, folder, cases, shown, allow_loss, **options):
    """Makes a variant, runs it, and removes it again if it does not keep its limits.

    Args:
        variant: `Variant`.
        checkpoint: path of a checkpoint.
        folder: path for the artifact.
        cases: `Cases`.
        shown: list of int, those of the cases whose images are wanted.
        allow_loss: bool, leave it there whatever its proof says.
        **options: data_root and check_gpu, for `variant.make`.
    Returns: `Row`.
    """
    target = folder / variant.file
    try:
        proof = variant.make(checkpoint, target, **options)
    except MismatchError as error:
        return Row(variant.name, None, held=False, reasons=[str(error)])
    except (DataError, OnnxMissingError, FreshProcessError) as error:
        return Row(variant.name, None, held=None, reasons=[str(error)])
    batches = [
        variant.inputs(cases.label_maps[case], cases.seeds[case], cases.z[case]) for case in shown
    ]
    artifact = {"runner": variant.runner, "path": target}
    description, results = in_fresh_process(
        runners.description_and_results, **artifact, batches=batches
    )
    seconds = {
        threads: in_fresh_process(runners.seconds, **artifact, batch=batches[-1], threads=threads)
        for threads in THREADS
    }
    is_kept = allow_loss or not proof.faults
    if not is_kept:
        _remove(target)
    return Row(
        name=variant.name,
        file=variant.file if is_kept else None,
        held=not proof.faults,
        reasons=proof.faults,
        proof=proof,
        bytes=description.bytes,
        ops=description.ops,
        seconds=seconds,
        images=np.concatenate([_to_uint8(result["image"]) for result in results]),
    )


def _remove(target):
    """The file and its card, or the folder."""
    if target.is_dir():
        shutil.rmtree(target)
        return
    target.unlink()
    target.with_suffix(".json").unlink(missing_ok=True)


def _to_uint8(images):
    return images if images.dtype == np.uint8 else to_uint8(2 * images - 1)


def _make_saved_model(checkpoint, target, *, data_root, check_gpu):
    differences = export_saved_model(checkpoint, target, data_root=data_root)
    return Proof(differences["serving_default"], saved_model.LIMIT)


def _make_tflite(quantize):
    def make(checkpoint, target, *, data_root, check_gpu):
        proof = export_tflite(
            checkpoint,
            target,
            quantize=quantize,
            data_root=data_root,
            allow_loss=True,  # so that it can be run, and seen
            check_gpu=check_gpu,
        )
        return Proof(proof.difference, proof.limit, proof.gpu, proof.faults())

    return make


def _make_onnx(checkpoint, target, *, data_root, check_gpu):
    difference = onnx_file.export_onnx(checkpoint, target, data_root=data_root)
    return Proof(difference, onnx_file.LIMIT)


def _served_inputs(label_map, seed, z):
    return {"label_map": label_map[None], "seed": seed[None]}


def _phone_inputs(label_map, seed, z):
    return as_inputs(label_map, z)


def _onnx_inputs(label_map, seed, z):
    return {"label_map": label_map[None]} | ({"z": z[None]} if len(z) else {})


VARIANTS = (
    Variant(
        "SavedModel",
        "saved_model/1",
        _make_saved_model,
        "oasis_tf.export.saved_model.runner",
        _served_inputs,
    ),
    *(
        Variant(
            name,
            f"{name}.tflite",
            _make_tflite(quantize),
            "oasis_tf.export.tflite.runner",
            _phone_inputs,
        )
        for name, quantize in (
            ("float32", "none"),
            ("float16", "float16"),
            ("dynamic", "dynamic"),
            ("int8", "int8"),
        )
    ),
    Variant("ONNX", "model.onnx", _make_onnx, "oasis_tf.export.onnx.runner", _onnx_inputs),
)
