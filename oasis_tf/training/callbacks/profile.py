"""A profile of some training steps, for TensorBoard's profile plugin."""

import atexit

import tensorflow as tf

from oasis_tf.training.callbacks.steps import StepCallback


class ProfileSteps(StepCallback):
    """Profiles host and devices from the beginning of one step to the end of another.

    Writes the profile even if training ends in between. With several steps per execution it
    profiles whole executions.

    Args:
        folder: TensorBoard's folder; the profile goes to `plugins/profile/` in it.
        first, last: int, steps of the run, counted from 1, both included.
    Reference: https://www.tensorflow.org/guide/profiler
    """

    def __init__(self, folder, *, first, last):
        super().__init__()
        self.folder = folder
        self.first = first
        self.last = last
        self.is_recording = False

    def on_train_batch_begin(self, batch, logs=None):
        end_of_execution = self.step + self.model.steps_per_execution
        if not self.is_recording and self.step < self.last and self.first <= end_of_execution:
            tf.profiler.experimental.start(str(self.folder))
            atexit.register(self._stop)  # Keras calls no callback if an exception ends training
            self.is_recording = True

    def on_train_batch_end(self, batch, logs=None):
        if self.step >= self.last:
            self._stop()

    def on_train_end(self, logs=None):
        self._stop()

    def _stop(self):
        if self.is_recording:
            tf.profiler.experimental.stop()
            self.is_recording = False
