"""Callbacks that count finished training steps over all epochs."""

import keras


class StepCallback(keras.callbacks.Callback):
    """A callback with the number of finished training steps, over all epochs and sessions."""

    @property
    def step(self):
        return int(self.model.step.numpy())


class EveryNSteps(StepCallback):
    """Calls `act` when the number of finished training steps reaches a multiple of `every`.

    Keras calls back once per execution, which may be several steps; then `act` follows the
    execution that contains the multiple.

    Args:
        every: int.
        last_step: int or None, the last step of the run, at which `act` is called too.
    """

    def __init__(self, every, *, last_step=None):
        super().__init__()
        self.every = every
        self.last_step = last_step

    def on_train_begin(self, logs=None):
        self.previous_step = self.step

    def on_train_batch_end(self, batch, logs=None):
        if self.is_due():
            self.act()

    def is_due(self):
        """Whether a multiple of `every`, or the last step, was reached since the last call."""
        previous, self.previous_step = self.previous_step, self.step
        reached = self.previous_step // self.every > previous // self.every
        return reached or self.previous_step == self.last_step

    def act(self):
        raise NotImplementedError
