"""TensorBoard forgets what a killed run wrote after the step that a resumed one starts from."""

import tensorflow as tf
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator

from oasis_tf.training.tensorboard import mark_start


def write(folder, values):
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for step, value in values.items():
            tf.summary.scalar("loss", value, step=step)
    writer.close()


def age(folder):
    """Gives all event files the names of such that were begun an hour earlier."""
    for path in sorted(folder.iterdir()):  # the oldest first, so that none takes another's name
        second = path.name.split(".")[3]  # events.out.tfevents.SECOND and perhaps .HOST...
        path.rename(folder / path.name.replace(second, str(int(second) - 3600)))


def test_steps_after_a_restart_are_those_of_the_resumed_run_and_only_those(tmp_path):
    for step, values in (
        (0, {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}),
        (2, {3: 30.0, 5: 50.0}),
        (3, {4: 400.0}),
    ):
        mark_start(tmp_path, step=step)
        write(tmp_path, values)
        age(tmp_path)
    events = EventAccumulator(str(tmp_path)).Reload().Tensors("loss")
    curve = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events]
    assert curve == [(1, 1.0), (2, 2.0), (3, 30.0), (4, 400.0)]
