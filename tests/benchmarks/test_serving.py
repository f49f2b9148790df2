"""The benchmark of a SavedModel under load: batching changes no answer, and waits for others."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import tensorflow as tf

from benchmarks import serving

sizes = []


def record(size):
    sizes.append(int(size))


@tf.function(
    input_signature=[tf.TensorSpec((None,), tf.string), tf.TensorSpec((None,), tf.int64)],
    autograph=False,
)
def answer(label_png_bytes, seed):
    """What was sent, followed by the seed; records the batch's size."""
    with tf.control_dependencies([tf.py_function(record, [tf.size(seed)], [])]):
        joined = tf.strings.join([label_png_bytes, tf.strings.as_string(seed)])
    return {"image_png_bytes": joined}


def test_batched_answers_are_those_of_single_requests():
    sizes.clear()
    client = serving.InProcess(serving.batched(answer))
    alone = serving.InProcess(serving.unbatched(answer))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: client.paint([b"map %d" % i], [i]), range(64)))
    assert sum(sizes) >= 64 and max(sizes) > 1  # 8 requests at once were not painted one by one
    assert answers == [alone.paint([b"map %d" % i], [i]) for i in range(64)]
    assert answers[7] == [b"map 77"]


def test_the_table_has_a_row_for_each_setting(monkeypatch, capsys):
    model = argparse.Namespace(signatures={"png": answer})
    monkeypatch.setattr(tf.saved_model, "load", lambda path: model)
    words = ["serving", "served/1", "--concurrency", "1", "2", "--requests", "6"]
    monkeypatch.setattr(sys, "argv", words)
    serving.main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    rows = [line.strip("| ").split(" | ") for line in lines[2:]]
    assert [row[:2] for row in rows] == [["1", "off"], ["2", "off"], ["1", "on"], ["2", "on"]]
    assert all(float(row[2]) > 0 for row in rows)


def test_failed_requests_end_it(monkeypatch):
    def broken(label_png_bytes, seed):
        return {"image_png_bytes": tf.fill(tf.shape(seed), b"no image")}

    model = argparse.Namespace(signatures={"png": broken})
    monkeypatch.setattr(tf.saved_model, "load", lambda path: model)
    monkeypatch.setattr(sys, "argv", ["serving", "served/1"])
    with pytest.raises(Exception, match="PNG"):
        serving.main()
