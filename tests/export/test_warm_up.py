"""Warm-up requests, read back by TF Serving's own classes."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from oasis_tf.export.saved_model.warm_up import PATH, write_warm_up

pytestmark = pytest.mark.process


def read(saved_model):
    """dict of signature name to dict of input name to array."""
    logs = [
        PredictionLog.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(saved_model / PATH))
    ]
    assert all(log.WhichOneof("log_type") == "predict_log" for log in logs)
    requests = [log.predict_log.request for log in logs]
    return {
        request.model_spec.signature_name: {
            name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()
        }
        for request in requests
    }


def assert_same(actual, expected):
    assert list(actual) == list(expected)
    for signature_name, inputs in expected.items():
        assert actual[signature_name].keys() == inputs.keys()
        for name, array in inputs.items():
            np.testing.assert_array_equal(actual[signature_name][name], array)
            assert actual[signature_name][name].dtype == array.dtype


def test_the_official_classes_read_what_was_written(tmp_path):
    requests = {
        "serving_default": {
            "label_map": np.arange(2 * 40 * 40, dtype=np.int32).reshape(2, 40, 40),
            "seed": np.array([2**63 - 1, -5]),
        },
        "with_z": {"label_map": np.ones((1, 2, 2), np.int32), "z": np.zeros((1, 0), np.float32)},
        "png": {"label_png_bytes": np.array([b"\x89PNG\x00", b""], object)},
    }
    write_warm_up(tmp_path, requests)
    assert (tmp_path / "assets.extra" / "tf_serving_warmup_requests").is_file()
    assert_same(read(tmp_path), requests)


def test_an_exported_model_has_a_request_for_every_signature_and_answers_it(served):
    signatures = tf.saved_model.load(str(served.saved_model)).signatures
    requests = read(served.saved_model)
    assert requests.keys() == set(signatures)
    for signature_name, inputs in requests.items():
        assert {len(array) for array in inputs.values()} == {1}
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        (images,) = signatures[signature_name](**tensors).values()
        assert len(images) == 1
