"""Marks in TensorBoard where a run starts and resumes."""

import time
from pathlib import Path

import tensorflow as tf


def mark_start(folder, *, step):
    """Makes TensorBoard discard the events of earlier sessions after `step`.

    Writes an event file with the start of a session, as `purge_step` of PyTorch does. Its name
    sorts before that of writers created later. TensorBoard does not take the first start for a
    restart, so every session needs one, including the first.

    Args:
        folder: folder of the event files.
        step: int, number of finished steps at the start of the session.
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
