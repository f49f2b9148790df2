"""Telling TensorBoard where a run begins, and begins again."""

import time
from pathlib import Path

import tensorflow as tf


def mark_start(folder, *, step):
    """Makes TensorBoard drop what earlier sessions wrote of the steps after `step`.

    What PyTorch calls `purge_step`: an event file that only holds a session's start. Its name
    sorts before that of a writer which is made after it. TensorBoard takes the first start for no
    restart, so every session needs one, the first as well.

    Args:
        folder: of the event files.
        step: int, number of finished steps that the session starts from.
    Reference: `SessionLog` in tensorflow/core/util/event.proto.
    """
    now = time.time()
    start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
    path = Path(folder, f"events.out.tfevents.{int(now):010d}")
    with tf.io.TFRecordWriter(str(path)) as writer:
        for event in (
            tf.compat.v1.Event(wall_time=now, file_version="brain.Event:2"),
            tf.compat.v1.Event(wall_time=now, step=step + 1, session_log=start),
        ):
            writer.write(event.SerializeToString())
