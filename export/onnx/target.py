"""ONNX files, for onnxruntime.

`label_map` int32 (b, h, w), class ids; `z` float32 (b, z_dim), unless the generator is without
noise -> `image` float32 (b, h, w, 3) in [0, 1], the range of .tflite files. The batch is open.
"""

from dataclasses import dataclass
from typing import ClassVar

from oasis_tf.export.target import ExportTarget, Variant, option
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.verification.tensor_spec import TensorSpec

OLDEST_OPSET, OPSET, NEWEST_OPSET = 13, 17, 18  # versions of its operators that tf2onnx 1.17 writes
BATCH_SIZES = (1, 3)  # of the verification: the first batch, and all others


@dataclass(frozen=True)
class ONNX(ExportTarget):
    """Writes FILE.onnx, verified against the live model by onnxruntime.

    Attributes:
        opset: int, version of ONNX's operators.
    """

    opset: int = option(OPSET, "Version of ONNX's operators.", min=OLDEST_OPSET, max=NEWEST_OPSET)

    verb: ClassVar[str] = "onnx"
    suffix: ClassVar[str] = ".onnx"
    out_help: ClassVar[str] = "FILE.onnx; FILE.json goes with it."
    runner: ClassVar[str] = "oasis_tf.export.onnx.runner"
    engine: ClassVar[str] = "onnxruntime"
    packages: ClassVar[tuple[str, ...]] = ("tf2onnx", "onnx", "onnxruntime")
    extra: ClassVar[str] = "onnx"

    @property
    def limit(self) -> Limit:
        return Limit(max=1e-4)

    @classmethod
    def variants(cls) -> list[Variant]:
        return [Variant("ONNX", "model.onnx", cls())]

    def references(self, trained, cases):
        from oasis_tf.export.verification.reference import Reference

        inputs = {"label_map": cases.label_maps} | ({"z": cases.z} if trained.live.z_dim else {})
        first, size = BATCH_SIZES
        starts = [0, *range(first, len(cases.images), size)]
        ends = [*starts[1:], len(cases.images)]
        batches = [
            {name: array[start:end] for name, array in inputs.items()}
            for start, end in zip(starts, ends, strict=True)
        ]
        return [Reference(batches, cases.images)]

    def write(self, trained, references, out):
        from oasis_tf.export.onnx.converter import converted

        out.write_bytes(converted(trained.folded, opset=self.opset))

    def specs(self, reference):
        inputs = {name: _open_batch(array) for name, array in reference.batches[0].items()}
        return inputs, {"image": _open_batch(reference.images)}


def _open_batch(array):
    return TensorSpec((-1, *array.shape[1:]), array.dtype.name)
