"""Callbacks that count finished training steps, not the batches of an epoch."""

import keras


class StepCallback(keras.callbacks.Callback):
    """A callback that knows the number of finished training steps, over all epochs and resumes."""

    @property
    def step(self):
        return int(self.model.step.numpy())


class EveryNSteps(StepCallback):
    """Calls `act` whenever the number of finished training steps reaches a multiple of `every`.

    Keras calls back once an execution, which may be several steps: then after the one that held
    the multiple.

    Args:
        every: int.
        last_step: int or None, a step to act at though it is no multiple: the end of the run.
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
        """Whether a step to act at was reached since the last time this was asked."""
        previous, self.previous_step = self.previous_step, self.step
        reached = self.previous_step // self.every > previous // self.every
        return reached or self.previous_step == self.last_step

    def act(self):
        raise NotImplementedError
