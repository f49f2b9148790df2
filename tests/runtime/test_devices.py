"""Who trains, and what is said where that cannot be."""

import json

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.config.sections import TrainingConfig
from oasis_tf.runtime.devices import Devices, DevicesError, open_devices


def training(**keys):
    return TrainingConfig(epochs=1, **keys)


def test_one_device_by_default():
    devices = open_devices()
    assert (devices.num_replicas, devices.is_chief) == (1, True)
    assert devices.any_worker(True) and not devices.any_worker(False)
    devices.require_fit(training(batch_size=7, jit_compile=True))


def test_workers_that_agree_on_a_step_beyond_float32_agree(two_replicas):
    """Whole numbers end to be exact at 2^24 in float32; --step allows 2^31 - 1."""
    workers = Devices(two_replicas, "two", num_workers=2)
    for step in (0, 2**24 + 1, 2**31 - 1):
        workers.require_agreement(step, "never")
    assert workers.any_worker(True) and not workers.any_worker(False)


class OtherWorker:
    """A strategy of two workers, of which the other one gives a number of its own."""

    num_replicas_in_sync = 2

    def __init__(self, number):
        self.number = number

    def run(self, function):
        return function()

    def reduce(self, operation, number, axis):
        assert (operation, axis) == ("sum", None)
        return number + tf.cast(self.number, number.dtype)


def test_workers_that_differ_are_stopped_by_the_sentence():
    """Also by one step where float32 would not tell the two apart."""
    for mine, other in ((3, 4), (2**24, 2**24 + 1), (2**31 - 1, 2**31 - 2)):
        workers = Devices(OtherWorker(other), "two", num_workers=2)
        with pytest.raises(DevicesError, match="^start all workers with the same --step$"):
            workers.require_agreement(mine, "start all workers with the same --step")
        Devices(OtherWorker(mine), "two", num_workers=2).require_agreement(mine, "never")
    assert Devices(OtherWorker(True), "two", num_workers=2).any_worker(False)


def test_one_device_leaves_the_other_gpus_to_others(monkeypatch):
    visible = {}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind} 0", f"{kind} 1"])
    monkeypatch.setattr(
        tf.config, "set_visible_devices", lambda gpus, kind: visible.update({kind: gpus})
    )
    assert open_devices().description == "a GPU"
    assert visible == {"GPU": ["GPU 0"]}


def test_a_batch_that_replicas_cannot_share_evenly_is_refused(two_replicas):
    devices = Devices(two_replicas, "two")
    devices.require_fit(training(batch_size=6))
    with pytest.raises(DevicesError, match="batch_size is 5, .* 4 or 6"):
        devices.require_fit(training(batch_size=5))


def test_xla_on_several_replicas_is_refused(two_replicas):
    with pytest.raises(DevicesError, match="jit_compile is for one replica"):
        Devices(two_replicas, "two").require_fit(training(batch_size=4, jit_compile=True))


@pytest.mark.parametrize("rows", [1, 3, 4, 5])
def test_rows_are_shared_and_come_together_in_order(two_replicas, rows):
    x, y = np.arange(2.0 * rows).reshape(rows, 2), np.arange(rows)
    for strategy in (two_replicas, tf.distribute.get_strategy()):
        shapes = []

        def function(x, y, shapes=shapes):
            shapes.append(x.shape)
            return {"sum": x + tf.cast(y, x.dtype)[:, None], "rows": [10 * y]}

        specs = [tf.TensorSpec((None, 2), tf.float64), tf.TensorSpec((None,), tf.int64)]
        on_rows = Devices(strategy, "some").on_rows(function, batch_size=5, specs=specs)
        for _ in range(2):
            result = on_rows(x, y)
            np.testing.assert_array_equal(result["sum"], x + y[:, None])
            np.testing.assert_array_equal(result["rows"][0], 10 * y)
        count = strategy.num_replicas_in_sync
        assert shapes == [(3, 2)] * 2 if count == 2 else [(5, 2)]


@pytest.mark.parametrize(
    ("strategy", "num_devices", "sentence"),
    [
        ("none", 2, "--devices 2 needs --strategy mirrored"),
        ("mirrored", None, "no GPU. With --devices N it splits the CPU"),
        ("multi-worker", 2, "a worker without GPUs uses its CPU as one"),
        ("multi-worker", None, "TF_CONFIG is not set"),
    ],
)
def test_what_this_machine_has_not_is_said(monkeypatch, strategy, num_devices, sentence):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(DevicesError, match=sentence):
        open_devices(strategy, num_devices=num_devices)


def config(workers=("127.0.0.1:1", "127.0.0.1:2"), kind="worker", index=0):
    task = {"type": kind, "index": index}
    return json.dumps({"cluster": {"worker": list(workers)}, "task": task})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "TF_CONFIG must be JSON like"),
        ("{}", "TF_CONFIG must be JSON like"),
        ("[" * 5000, "TF_CONFIG must be JSON like .*; got '\\[{60}\\.\\.\\.'"),
        (config(index=2), "TF_CONFIG must be JSON like"),
        (config(kind="ps"), "this process ps: all must be workers"),
    ],
)
def test_a_tf_config_without_this_worker_is_refused(monkeypatch, text, sentence):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(DevicesError, match=sentence):
        open_devices("multi-worker")


def test_every_replica_gets_its_rows(two_replicas):
    devices = Devices(two_replicas, "two")

    def make_batches(*, shard, num_shards, batches_per_step):
        assert (shard, num_shards, batches_per_step) == (0, 1, 2)
        return tf.data.Dataset.range(8).batch(2)

    rows = next(iter(devices.distribute(make_batches)))
    assert [list(part.numpy()) for part in rows.values] == [[0, 1], [2, 3]]
