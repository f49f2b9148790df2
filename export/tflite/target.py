"""TFLite files, for LiteRT on phones."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from oasis_tf.export.target import ExportTarget, Variant, option
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.verification.tensor_spec import TensorSpec


class Quantize(StrEnum):
    """What becomes smaller than float32."""

    NONE = "none"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"


class Output(StrEnum):
    """Dtype of the image."""

    FLOAT32 = "float32"
    UINT8 = "uint8"


class Noise(StrEnum):
    """What noise the network takes."""

    VECTOR = "vector"
    MAP = "map"


LIMITS = {
    Quantize.NONE: Limit(max=1e-4),
    Quantize.FLOAT16: Limit(psnr=45.0),
    Quantize.DYNAMIC: Limit(psnr=35.0),
    Quantize.INT8: Limit(psnr=30.0),
}
GPU_LIMITS = LIMITS | {Quantize.NONE: Limit(max=1e-3)}  # GPUs sum in another order
GPU_CASES = (0, -1)  # all ids at once, and a natural label map; software GPUs are slow
ROUNDING = 0.5 / 255  # of an image in uint8
CALIBRATION = 100  # images; on 36 classes 31.4 dB with 32, 34.4 with 200
MAX_CALIBRATION = 1_000  # images, all in memory; ranges hardly change after a few hundred


@dataclass(frozen=True)
class TFLite(ExportTarget):
    """Writes FILE.tflite for phones, verified against the live model by running it.

    Attributes:
        quantize: `Quantize`: "none"; "float16", of the weights; "dynamic", int8 weights, and
            activations whose range is found at run time; "int8", weights and activations.
        output: `Output`, dtype of the image.
        noise: `Noise`: "vector", one for the image; "map", one for each pixel.
        calibration: int, how many images to paint for the ranges of "int8".
    """

    quantize: Quantize = option(
        Quantize.NONE,
        "float16: the weights. dynamic: int8 weights. int8: weights and activations, whose ranges "
        "are found on label maps of the training set.",
    )
    output: Output = option(Output.FLOAT32, "The image: float32 in 0..1, or uint8 in 0..255.")
    noise: Noise = option(
        Noise.VECTOR,
        "map: the noise is a map with a vector for each pixel, to redraw single classes or places.",
    )
    calibration: int = option(
        CALIBRATION, "How many images int8 paints to find its ranges.", min=1, max=MAX_CALIBRATION
    )

    verb: ClassVar[str] = "tflite"
    suffix: ClassVar[str] = ".tflite"
    out_help: ClassVar[str] = "FILE.tflite; FILE.json goes with it."
    runner: ClassVar[str] = "oasis_tf.export.tflite.runner"
    lossy: ClassVar[bool] = True
    checks_gpu: ClassVar[bool] = True

    @property
    def limit(self) -> Limit:
        return self._limit_of(LIMITS)

    @classmethod
    def variants(cls) -> list[Variant]:
        names = {kind: kind.value for kind in Quantize} | {Quantize.NONE: "float32"}
        return [Variant(name, f"{name}.tflite", cls(kind)) for kind, name in names.items()]

    def references(self, trained, cases):
        from oasis_tf.export.tflite.noise_maps import noise_maps_of
        from oasis_tf.export.tflite.phone_signature import as_inputs
        from oasis_tf.export.verification.cases import paint
        from oasis_tf.export.verification.reference import Reference

        label_maps, z, images = cases.label_maps, cases.z, cases.images
        if self.noise == Noise.MAP:
            z = noise_maps_of(trained.live, label_maps)
            images = paint(trained.live, label_maps, z)
        pairs = zip(label_maps, z, strict=True)
        return [Reference([as_inputs(*pair) for pair in pairs], images)]

    def write(self, trained, references, out):
        from oasis_tf.export.tflite.calibration import calibration_inputs
        from oasis_tf.export.tflite.converter import converted
        from oasis_tf.export.tflite.noise_maps import noise_maps_of
        from oasis_tf.export.tflite.phone_signature import as_inputs

        samples = []
        if self.quantize == Quantize.INT8:
            samples = list(calibration_inputs(trained, count=self.calibration))
            if self.noise == Noise.MAP:
                label_maps = [label_map for label_map, _ in samples]
                samples = zip(label_maps, noise_maps_of(trained.live, label_maps), strict=True)
            samples = [as_inputs(label_map, z) for label_map, z in samples]
        options = {"quantize": self.quantize, "output": self.output, "noise": self.noise}
        out.write_bytes(converted(trained.folded, samples=samples, **options))

    def specs(self, reference):
        inputs = {
            name: TensorSpec(array.shape, array.dtype.name)
            for name, array in reference.batches[0].items()
        }
        image = TensorSpec((1, *reference.images.shape[1:]), str(self.output))
        return inputs, {"image": image}

    def gpu_verdict(self, path, reference):
        from oasis_tf.export.tflite.gpu_check import check_on_gpu

        return check_on_gpu(
            path,
            [reference.batches[index] for index in GPU_CASES],
            expected=reference.images[list(GPU_CASES)],
            limit=self._limit_of(GPU_LIMITS),
        )

    def gentler(self):
        kinds = list(reversed(Quantize))  # the smallest files, and coarsest, first
        return {
            f"--quantize {kind}": replace(self, quantize=kind)
            for kind in kinds[kinds.index(self.quantize) + 1 :]
        }

    def card(self, facts, *, description, sha256, verification):
        card = super().card(
            facts, description=description, sha256=sha256, verification=verification
        )
        options = {"quantize": self.quantize, "noise": self.noise}
        card[self.verb] = options | card[self.verb]
        return card

    def subject(self, path):
        return f"{path.name} ({self.quantize})"

    def _limit_of(self, limits):
        """Noise of rounding is 59 dB, below all limits of PSNR."""
        limit = limits[self.quantize]
        if self.output == Output.UINT8 and limit.max is not None:
            return Limit(max=limit.max + ROUNDING)
        return limit
