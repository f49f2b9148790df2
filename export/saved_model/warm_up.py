"""Warm-up requests, which TF Serving runs between loading a SavedModel and accepting clients:
https://www.tensorflow.org/tfx/serving/saved_model_warmup

Each is a PredictionLog of tensorflow_serving/apis/prediction_log.proto. Its four nested messages
are encoded here field by field, so that exporting needs no package of TF Serving; a test decodes
them by the official classes.
"""

from pathlib import Path

import tensorflow as tf

PATH = Path("assets.extra", "tf_serving_warmup_requests")
# Field numbers of the messages, the outermost first.
PREDICT_LOG, REQUEST, MODEL_SPEC, INPUTS = 6, 1, 1, 2
SIGNATURE_NAME, KEY, VALUE = 3, 1, 2
LENGTH_DELIMITED = 2


def write_warm_up(saved_model: Path, requests: dict[str, dict]) -> None:
    """Adds warm-up requests to a SavedModel.

    Args:
        saved_model: path of a version's folder.
        requests: dict of signature name to its inputs, a dict of name to array (b, …); bytes in
            an array of objects.
    """
    path = Path(saved_model, PATH)
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature_name, inputs in requests.items():
            writer.write(_prediction_log(signature_name, inputs))


def _prediction_log(signature_name, inputs):
    request = _field(MODEL_SPEC, _field(SIGNATURE_NAME, signature_name.encode()))
    for name, array in inputs.items():
        tensor = tf.make_tensor_proto(array).SerializeToString()
        request += _field(INPUTS, _field(KEY, name.encode()) + _field(VALUE, tensor))
    return _field(PREDICT_LOG, _field(REQUEST, request))


def _field(number, content):
    """One field of a message, as protobuf writes it: key, length, bytes."""
    return _varint(number << 3 | LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value):
    """Seven bits a byte, the lowest first; the eighth bit marks that more bytes follow."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])
