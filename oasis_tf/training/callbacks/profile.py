"""A profile of some training steps, for TensorBoard's profile plugin."""

import atexit

import tensorflow as tf

from oasis_tf.training.callbacks.steps import StepCallback


class ProfileSteps(StepCallback):
    """Records what the host and the devices do from the beginning of one step to another's end.

    What was recorded is written even if training ends in between. Where Keras executes several
    steps at once, whole executions are recorded.

    Args:
        folder: of TensorBoard; the recording goes below `plugins/profile/`.
        first, last: int, steps of the run, counted from 1, both recorded.
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
            atexit.register(self._stop)  # Keras calls nothing when an exception ends training
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
