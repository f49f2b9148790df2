"""Measured ranges are those of the activations, not of values that in-place ops write over them."""

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from oasis_tf.export.tflite.activation_ranges import QUANTILE, measured_ranges
from oasis_tf.export.tflite.runner import SIGNATURE

KERNEL = np.float32([[[[0.5]]]])


def converted(folder):
    """A convolution of `a`, whose result is then multiplied by `b`, as a .tflite file."""
    spec = tf.TensorSpec((1, 64, 64, 1), tf.float32)

    @tf.function(input_signature=[spec, spec])
    def paint(a, b):
        return {"image": tf.nn.conv2d(a, KERNEL, 1, "SAME") * b}

    module = tf.Module()
    tf.saved_model.save(module, folder, signatures={SIGNATURE: paint})
    return tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE]).convert()


def output_of(model, op):
    """Index of an op's output tensor."""
    (found,) = (
        it for it in Interpreter(model_content=model)._get_ops_details() if it["op_name"] == op
    )
    return int(found["outputs"][0])


def test_an_activation_is_read_before_another_is_written_over_it(tmp_path):
    model = converted(str(tmp_path))
    a = np.random.default_rng(0).standard_normal((1, 64, 64, 1), np.float32)
    convolution, product = (output_of(model, op) for op in ("CONV_2D", "MUL"))
    ranges = measured_ranges(model, [convolution, product], [{"a": a, "b": 0 * a + 100}])
    limits = (QUANTILE, 1 - QUANTILE)
    np.testing.assert_allclose(ranges[convolution], np.quantile(a * 0.5, limits), rtol=1e-5)
    np.testing.assert_allclose(ranges[product], np.quantile(a * 50, limits), rtol=1e-5)


def test_one_unusual_value_does_not_stretch_a_range(tmp_path):
    model = converted(str(tmp_path))
    a = np.random.default_rng(0).uniform(-1, 1, (8, 1, 64, 64, 1)).astype(np.float32)
    a[3, 0, 5, 5] = 1000
    convolution = output_of(model, "CONV_2D")
    samples = [{"a": image, "b": image} for image in a]
    low, high = measured_ranges(model, [convolution], samples)[convolution]
    assert -0.5 <= low < -0.49 and 0.49 < high <= 0.5
