"""Converts a generator to the bytes of a .tflite file."""

import tempfile
from collections.abc import Sequence

import tensorflow as tf

from oasis_tf.export.tflite.activation_ranges import with_measured_ranges
from oasis_tf.export.tflite.phone_signature import phone_signature
from oasis_tf.export.tflite.runner import SIGNATURE
from oasis_tf.models import OASISGenerator

# Calibration would clip ids that are not in its label maps to other classes: these stay float.
OPS_ON_IDS = ["RESHAPE", "STRIDED_SLICE", "EQUAL"]


def converted(
    generator: OASISGenerator,
    *,
    quantize: str,
    output: str = "float32",
    noise: str = "vector",
    samples: Sequence[dict] = (),
) -> bytes:
    """Converts a folded generator. Leaks memory.

    Args:
        quantize, output, noise: see `TFLite`.
        samples: dicts of input name to array, to calibrate "int8" with.
    """
    module = tf.Module()
    module.weights = [variable.value for variable in generator.weights]
    paint = phone_signature(generator, output=output, noise=noise)
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
