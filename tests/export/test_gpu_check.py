"""The check on a GPU finds ops that it refuses and ops that it computes wrongly."""

import re

import numpy as np
import pytest
import tensorflow as tf
from tiny_run import write_checkpoint

from oasis_tf.export import exporter
from oasis_tf.export.fresh_process import FreshProcessError, TookTooLongError
from oasis_tf.export.tflite import gpu_check
from oasis_tf.export.tflite.gpu_check import check_on_gpu
from oasis_tf.export.tflite.gpu_runner import NoAdapterError, RefusedError
from oasis_tf.export.tflite.runner import load
from oasis_tf.export.tflite.target import Quantize, TFLite
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.verification.verification import Verification

pytestmark = pytest.mark.process

LABEL_MAP = np.random.default_rng(0).integers(0, 3, (1, 16, 16, 1)).astype(np.float32)
CLOSE = Limit(max=1e-4)
on_a_gpu = pytest.mark.slow  # in software it takes seconds; test_tflite.py runs one file on it


def write_file(path, function):
    """A .tflite file of a function of a label map, (1, 16, 16, 1) -> (1, 16, 16, 3)."""
    spec = tf.TensorSpec(LABEL_MAP.shape, tf.float32, "label_map")
    module = tf.Module()
    module.paint = tf.function(lambda label_map: {"image": function(label_map)})
    signature = module.paint.get_concrete_function(spec)
    tf.saved_model.save(module, str(path.parent), signatures={"serving_default": signature})
    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(path.parent), signature_keys=["serving_default"]
    )
    path.write_bytes(converter.convert())
    return path


def checked(path, *, limit=CLOSE, **arguments):
    batches = [{"label_map": LABEL_MAP}]
    return check_on_gpu(
        path, batches, expected=load(path)(*batches)["image"], limit=limit, **arguments
    )


@pytest.fixture(scope="module")
def one_hot_of_floats(tmp_path_factory):
    path = tmp_path_factory.mktemp("floats") / "it.tflite"
    return write_file(path, lambda label_map: tf.cast(label_map == tf.range(3.0), tf.float32))


@pytest.fixture(scope="module")
def adapter(one_hot_of_floats):
    verdict = checked(one_hot_of_floats)
    if verdict.state == "not checked":
        pytest.skip(f"{verdict}: apt-get install chromium brings one")
    return verdict.adapter


@on_a_gpu
def test_right_ops_are_accepted(adapter, one_hot_of_floats):
    verdict = checked(one_hot_of_floats)
    assert verdict.state == "accepted" and adapter in str(verdict)


@on_a_gpu
def test_a_refused_op_is_named(adapter, tmp_path):
    path = write_file(
        tmp_path / "it.tflite", lambda label_map: tf.broadcast_to(label_map, (1, 16, 16, 3))
    )
    verdict = checked(path)
    assert verdict.state == "refused" and "BROADCAST_TO" in verdict.reason


@on_a_gpu
def test_five_dimensions_are_refused(adapter, tmp_path):
    def mean_of_five(label_map):
        x = tf.reduce_mean(tf.reshape(3 * label_map, (1, 8, 2, 8, 2)) + 1, axis=(2, 4))
        return tf.image.resize(x[..., None], (16, 16), "nearest") * tf.ones(3)

    verdict = checked(write_file(tmp_path / "it.tflite", mean_of_five))
    assert verdict.state == "refused" and "less than 5" in verdict.reason


@on_a_gpu
def test_an_accepted_op_that_is_wrong_is_seen(adapter, tmp_path):
    def one_hot_of_ints(label_map):
        return tf.cast(tf.cast(label_map, tf.int32) == tf.range(3), tf.float32)

    verdict = checked(write_file(tmp_path / "it.tflite", one_hot_of_ints))
    assert verdict.state == "wrong" and verdict.difference.max == 1
    assert "max at most 0.0001" in str(verdict)


@on_a_gpu
@pytest.mark.parametrize(
    ("quantize", "overrides"),
    [
        ("none", ["generator.norm=instance", "generator.z_dim=0"]),
        ("float16", ["generator.label_embedding=3", "generator.own_moments=0.25"]),
        ("int8", []),
    ],
)
def test_exported_generators_are_accepted(adapter, tmp_path, quantize, overrides):
    checkpoint = write_checkpoint(tmp_path / "run", *overrides)
    file = tmp_path / "it.tflite"
    target = TFLite(Quantize(quantize))
    references, _ = exporter.convert(target=target, checkpoint=checkpoint, out=file)
    verdict = target.gpu_verdict(file, references[0])
    assert verdict.state == "accepted", verdict


@on_a_gpu
def test_a_kernel_too_large_for_this_gpu_is_refused(adapter, tmp_path):
    """LiteRT only logs an error, and returns an image of zeros."""
    kernel = tf.random.stateless_normal((3, 3, 1024, 64), seed=(0, 1)) / 100

    def convolved(label_map):
        x = tf.image.resize(tf.tile(label_map, (1, 1, 1, 1024)), (32, 32), "nearest")
        return tf.sigmoid(tf.nn.conv2d(x, kernel, 1, "SAME"))[:, :16, :16, :3]

    verdict = checked(write_file(tmp_path / "it.tflite", convolved))
    if "SwiftShader" in adapter:
        assert verdict.state == "refused" and "exceeded maximum texture size" in verdict.reason
    else:  # some GPUs support it
        assert verdict.state in ("accepted", "refused")


@on_a_gpu
def test_a_refused_file_is_a_fault(adapter, tmp_path):
    path = write_file(
        tmp_path / "it.tflite", lambda label_map: tf.broadcast_to(label_map, (1, 16, 16, 3))
    )
    verdict = checked(path)
    (fault,) = Verification({}, Limit(), verdict).faults()
    assert fault.startswith("is not for GPUs") and "BROADCAST_TO" in fault


@on_a_gpu
def test_a_file_that_is_none_is_refused(adapter, one_hot_of_floats, tmp_path):
    path = tmp_path / "it.tflite"
    path.write_bytes(one_hot_of_floats.read_bytes()[:200])
    verdict = check_on_gpu(path, [], expected=np.zeros((1, 16, 16, 3)), limit=CLOSE)
    assert verdict.state == "refused" and verdict.reason


IMAGES = np.zeros((1, 16, 16, 3), np.float32)
ADAPTER = "A GPU"


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (IMAGES, "accepted", ""),
        (IMAGES + 2e-4, "wrong", "max 0.0002.*allowed: max at most 0.0001"),
        (IMAGES + np.nan, "wrong", "not finite"),
        (RefusedError("BROADCAST_TO: no"), "refused", "BROADCAST_TO: no"),
        (FreshProcessError("run_on_gpu died"), "refused", "run_on_gpu died"),
        (NoAdapterError("no WebGPU adapter"), "not checked", "no WebGPU adapter"),
        (TookTooLongError("longer than 600 s"), "not checked", "longer than 600 s"),
    ],
)
def test_the_verdict_follows_from_what_a_run_gives(monkeypatch, outcome, state, reason):
    def in_fresh_process(function, **arguments):
        if isinstance(outcome, Exception):
            raise outcome
        return ADAPTER, [{"image": outcome}]

    monkeypatch.setattr(gpu_check, "in_fresh_process", in_fresh_process)
    batches = [{"label_map": LABEL_MAP}]
    verdict = check_on_gpu("it.tflite", batches, expected=IMAGES, limit=CLOSE)
    assert verdict.state == state and re.search(reason, verdict.reason)
    ran = not isinstance(outcome, Exception)
    assert verdict.adapter == (ADAPTER if ran else "")


def test_nothing_is_said_without_a_gpu(one_hot_of_floats, monkeypatch):
    for variable in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"):
        monkeypatch.setenv(variable, "/nowhere.json")
    assert str(checked(one_hot_of_floats)) == "not checked: no WebGPU adapter"


def test_nothing_is_said_after_too_long(one_hot_of_floats):
    verdict = checked(one_hot_of_floats, seconds=0.01)
    assert verdict.state == "not checked" and "took longer" in verdict.reason
